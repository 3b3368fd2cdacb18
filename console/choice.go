package console

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Choice holds the scope and the token that a person selected. The next console opens with them.
// The zero Choice is all applications and no token.
type Choice struct {
	Environment Private // the scope is this environment; "" if it is not
	App         string  // the scope is the application with this ID; "" if it is not
	Token       string  // ID of the selected token; "" for none
}

// choiceSetting is a preference ([SettingDecides]).
const choiceSetting = "choice"

// choicePatience is the longest time for which leaving a console waits for Remember.
const choicePatience = 5 * time.Second

// choiceFact is a stored choice. JSON members may be added, never removed.
type choiceFact struct {
	Environment string `json:"environment,omitempty"`
	App         string `json:"app,omitempty"`
	Token       string `json:"token,omitempty"`
}

// Remembered returns the choice of the console that was left last. It is the zero Choice if there
// is none or if it cannot be read.
func (s *Service) Remembered(ctx context.Context) Choice {
	var f choiceFact
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		text, err := r.Setting(choiceSetting)
		if err != nil || text == "" {
			return err
		}
		return json.Unmarshal([]byte(text), &f)
	})
	if err != nil {
		return Choice{}
	}
	return Choice{Environment: Private(f.Environment), App: f.App, Token: f.Token}
}

// Remember stores the choice of a console that is left. It takes 5 seconds at most, and finishes
// even if ctx ends.
func (s *Service) Remember(ctx context.Context, c Choice) error {
	text, err := json.Marshal(choiceFact{string(c.Environment), c.App, c.Token})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), choicePatience)
	defer cancel()
	err = s.opt.Keeper.Update(ctx,
		func(w Writer) error { return w.SetSetting(choiceSetting, string(text)) })
	if err != nil {
		return fmt.Errorf("remember the selection: %w", err)
	}
	return nil
}
