package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// saveApp keeps what a form holds. On the first run that makes the store.
func (fx effects) saveApp(form *appOverlay, d console.Draft) tea.Cmd {
	return run(func() appSaved {
		r := appSaved{form: form, tested: d.Tested}
		svc := fx.svc
		if svc == nil {
			if svc, r.err = fx.begin(fx.ctx, true); r.err != nil {
				return r
			}
			r.begun = svc
		}
		r.app, r.err = svc.Save(fx.ctx, d)
		return r
	})
}

// askPortal asks a developer portal what there is. On the first run it does so without a store.
func (fx effects) askPortal(ctx context.Context, form *importOverlay, req console.PortalRequest) tea.Cmd {
	return run(func() portalAsked {
		r := portalAsked{form: form}
		svc := fx.svc
		if svc == nil {
			if svc, r.err = fx.begin(fx.ctx, false); r.err != nil {
				return r
			}
		}
		r.found, r.err = svc.AskPortal(ctx, req)
		return r
	})
}

// keepFound keeps what was chosen of what a portal showed. On the first run that makes the store.
func (fx effects) keepFound(form *importOverlay, chosen console.PortalFound) tea.Cmd {
	return run(func() foundKept {
		r := foundKept{form: form}
		svc := fx.svc
		if svc == nil {
			if svc, r.err = fx.begin(fx.ctx, true); r.err != nil {
				return r
			}
			r.begun = svc
		}
		r.apps, r.err = svc.KeepFound(fx.ctx, chosen)
		return r
	})
}

// testApp tries what a form holds. On the first run it does so without a store.
func (fx effects) testApp(form *appOverlay, d console.Draft, changes int) tea.Cmd {
	return run(func() appTested {
		r := appTested{form: form, changes: changes}
		svc := fx.svc
		if svc == nil {
			if svc, r.err = fx.begin(fx.ctx, false); r.err != nil {
				return r
			}
		}
		r.tested, r.err = svc.Test(fx.ctx, d)
		return r
	})
}

func (fx effects) deleteApp(id, name string) tea.Cmd {
	return run(func() appDeleted { return appDeleted{id, name, fx.svc.Delete(fx.ctx, id)} })
}

func (fx effects) adopt(form *adoptOverlay, appID string, access, refresh secret.Text) tea.Cmd {
	return run(func() tokenAdopted {
		t, err := fx.svc.AdoptPair(fx.ctx, appID, access, refresh)
		return tokenAdopted{form, t, err}
	})
}
