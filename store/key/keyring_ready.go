//go:build !darwin && !windows

package key

import (
	ss "github.com/zalando/go-keyring/secret_service"
)

// Ready implements lockable. It reads no entry, because the library unlocks a collection first,
// which opens a window. It asks the bus whether the service runs, because a call would start the
// service.
func (systemRing) Ready() error {
	service, err := ss.NewSecretService()
	if err != nil {
		return errNoRing // no process listens on the bus
	}
	var runs bool
	bus := service.BusObject()
	err = bus.Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&runs)
	if err != nil {
		return err
	}
	if !runs {
		return errNoRing
	}
	locked, err := service.GetLoginCollection().GetProperty(
		"org.freedesktop.Secret.Collection.Locked")
	if err != nil {
		return err
	}
	if is, ok := locked.Value().(bool); !ok || is {
		return errRingLocked
	}
	return nil
}
