package login_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

func newCompany(t testing.TB) (*store.Tenant, org.Actor) {
	t.Helper()
	s, err := storetest.Open(t, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenant, err := s.CreateTenant(context.Background(), "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	var owner org.Actor
	err = tenant.Write(context.Background(), func(tx *store.Tx) (err error) {
		owner.Person, err = org.Create(tx, "Acme", "Anna", "it")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant, owner
}

func TestLinkLetsNobodyInASecondTime(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	write := func(f func(*store.Tx) error) error { return tenant.Write(context.Background(), f) }
	var secret string
	if err := write(func(tx *store.Tx) (err error) {
		_, secret, err = login.MakeInvite(tx, owner, org.Member, 1, time.Hour)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	join := func() error {
		return write(func(tx *store.Tx) error {
			_, _, err := login.Join(tx, secret, "Luca", "", "phone")
			return err
		})
	}
	if err := join(); err != nil {
		t.Fatal(err)
	}
	size := tenant.Head().Size
	if err := join(); !errors.Is(err, login.ErrUsed) {
		t.Fatalf("the second use: %v", err)
	}
	if tenant.Head().Size != size {
		t.Fatal("the refused use was entered")
	}
}

func TestEndedDeviceAndDeactivatedPersonAreSignedOutAtOnce(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	ctx := context.Background()
	add := func() (device int64, secret string) {
		if err := tenant.Write(ctx, func(tx *store.Tx) (err error) {
			device, secret, err = login.AddDevice(tx, owner, owner.Person, login.Browser, "laptop")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return device, secret
	}
	device, secret := add()
	_, other := add()
	if _, err := login.Authenticate(ctx, tenant, secret+"x"); !errors.Is(err, login.ErrSignedOut) {
		t.Fatalf("a device that is not known: %v", err)
	}
	if a, err := login.Authenticate(ctx, tenant, secret); err != nil || a.Device != device {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := tenant.Write(ctx, func(tx *store.Tx) error { return login.EndDevice(tx, owner, device) }); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Authenticate(ctx, tenant, secret); !errors.Is(err, login.ErrEnded) {
		t.Fatalf("the ended device: %v", err)
	}
	no := false
	if err := tenant.Write(ctx, func(tx *store.Tx) error {
		if _, err := org.AddPerson(tx, org.Actor{}, 0, "Second", org.Owner, ""); err != nil {
			return err
		}
		_, err := login.ChangePerson(tx, owner, owner.Person, org.Change{Active: &no})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Authenticate(ctx, tenant, other); !errors.Is(err, login.ErrEnded) {
		t.Fatalf("the deactivated person: %v", err)
	}
	yes := true
	if err := tenant.Write(ctx, func(tx *store.Tx) error {
		second, err := tx.Ints(`SELECT MAX(id) FROM person`)
		if err != nil {
			return err
		}
		if _, err := login.ChangePerson(tx, org.Actor{Person: second[0]}, owner.Person, org.Change{Active: &yes}); err != nil {
			return err
		}
		faults, err := login.Audit(tx)
		if len(faults) > 0 {
			t.Errorf("%q", faults)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Authenticate(ctx, tenant, other); !errors.Is(err, login.ErrEnded) {
		t.Fatalf("an old device of whoever came back: %v", err)
	}
}

// TestWhoIsSignedInNeverWaitsForWhoWrites holds the writer up, as a full disk or
// another node may.
func TestWhoIsSignedInNeverWaitsForWhoWrites(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	var secret string
	change(t, tenant, func(tx *store.Tx) (err error) {
		_, secret, err = login.AddDevice(tx, owner, owner.Person, login.Browser, "laptop")
		return err
	})
	inside, wake, end := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		end <- tenant.Write(context.Background(), func(*store.Tx) error { close(inside); <-wake; return nil })
	}()
	<-inside
	let := make(chan error, 1)
	go func() {
		_, err := login.Authenticate(context.Background(), tenant, secret)
		let <- err
	}()
	select {
	case err := <-let:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("who is signed in waits for the writer")
	}
	close(wake)
	if err := <-end; err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		var devices []login.Device
		if err := tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
			devices, err = login.Devices(tx, owner.Person)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if devices[0].Seen > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it was never noted that the device is in use")
		}
	}
}

func TestLinksAndDevicesHaveAnEnd(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	var links, devices error
	err := tenant.Write(context.Background(), func(tx *store.Tx) error {
		for range 600 {
			if _, _, err := login.MakeInvite(tx, owner, org.Member, 1, time.Hour); err != nil {
				links = err
				break
			}
		}
		for range 600 {
			if _, _, err := login.AddDevice(tx, owner, owner.Person, login.Browser, "x"); err != nil {
				devices = err
				break
			}
		}
		return nil
	})
	if err != nil || !errors.Is(links, login.ErrManyLinks) || !errors.Is(devices, login.ErrManyDevices) {
		t.Fatalf("%v, links %v, devices %v", err, links, devices)
	}
}

func TestNobodyGivesARoleAboveHisOwn(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	err := tenant.Write(context.Background(), func(tx *store.Tx) error {
		admin, err := org.AddPerson(tx, owner, 0, "Admin", org.Admin, "")
		if err != nil {
			return err
		}
		member, err := org.AddPerson(tx, owner, 0, "Member", org.Member, "")
		if err != nil {
			return err
		}
		ownersDevice, _, err := login.AddDevice(tx, owner, owner.Person, login.Browser, "laptop")
		if err != nil {
			return err
		}
		boss, top := org.Owner, org.Admin
		for what, try := range map[string]error{
			"an admin makes an owner":      second(org.ChangePerson(tx, org.Actor{Person: admin}, member, org.Change{Role: &boss})),
			"an admin demotes the owner":   second(org.ChangePerson(tx, org.Actor{Person: admin}, owner.Person, org.Change{Role: &top})),
			"an admin makes himself owner": second(org.ChangePerson(tx, org.Actor{Person: admin}, admin, org.Change{Role: &boss})),
			"a member makes himself admin": second(org.ChangePerson(tx, org.Actor{Person: member}, member, org.Change{Role: &top})),
			"an admin invites an owner":    third(login.MakeInvite(tx, org.Actor{Person: admin}, org.Owner, 1, time.Hour)),
			"a member invites":             third(login.MakeInvite(tx, org.Actor{Person: member}, org.Member, 1, time.Hour)),
			"an admin's token for owner":   third(login.MakeToken(tx, org.Actor{Person: admin}, owner.Person, "x")),
			"a member's token for admin":   third(login.MakeToken(tx, org.Actor{Person: member}, admin, "x")),
			"an admin ends owner's device": login.EndDevice(tx, org.Actor{Person: admin}, ownersDevice),
			"the last owner steps down":    second(org.ChangePerson(tx, owner, owner.Person, org.Change{Role: &top})),
		} {
			if try == nil {
				t.Errorf("%s", what)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInviteIsWorthNothingOnceItsMakerMayNotInvite(t *testing.T) {
	t.Parallel()
	no, member, admin := false, org.Member, org.Admin
	for name, fate := range map[string]struct {
		maker, invited string
		change         org.Change
	}{
		"deactivated":         {org.Admin, org.Member, org.Change{Active: &no}},
		"made a member":       {org.Admin, org.Admin, org.Change{Role: &member}},
		"an owner made admin": {org.Owner, org.Owner, org.Change{Role: &admin}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, owner := newCompany(t)
			ctx := context.Background()
			var maker int64
			var secret string
			if err := tenant.Write(ctx, func(tx *store.Tx) (err error) {
				if maker, err = org.AddPerson(tx, owner, 0, "Maker", fate.maker, ""); err == nil {
					_, secret, err = login.MakeInvite(tx, org.Actor{Person: maker}, fate.invited, 0, time.Hour)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := tenant.Write(ctx, func(tx *store.Tx) error {
				_, err := org.ChangePerson(tx, owner, maker, fate.change)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := tenant.Write(ctx, func(tx *store.Tx) error {
				_, _, err := login.Join(tx, secret, "Somebody", "", "phone")
				return err
			}); !errors.Is(err, login.ErrRevoked) {
				t.Errorf("joined: %v", err)
			}
			if err := tenant.Read(ctx, func(tx *store.Tx) error {
				if _, err := login.Look(tx, secret); !errors.Is(err, login.ErrRevoked) {
					t.Errorf("looked: %v", err)
				}
				open, err := login.Invites(tx, owner.Person)
				if len(open) != 0 {
					t.Errorf("still listed as open: %+v", open)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestSingleUseLinkUsedByManyAtOnceLetsOneIn: CVE-2026-3590, CVE-2025-13324.
func TestSingleUseLinkUsedByManyAtOnceLetsOneIn(t *testing.T) {
	t.Parallel()
	tenant, owner := newCompany(t)
	ctx := context.Background()
	secrets := map[string]string{}
	if err := tenant.Write(ctx, func(tx *store.Tx) (err error) {
		if _, secrets["invite"], err = login.MakeInvite(tx, owner, org.Member, 1, time.Hour); err == nil {
			_, secrets["link"], err = login.MakeLink(tx, owner, owner.Person, time.Hour)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for kind, secret := range secrets {
		var in atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				err := tenant.Write(ctx, func(tx *store.Tx) error {
					_, _, err := login.Join(tx, secret, "Luca", "", "phone")
					return err
				})
				switch {
				case err == nil:
					in.Add(1)
				case !errors.Is(err, login.ErrUsed):
					t.Errorf("%s: %v", kind, err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%s: %d were let in", kind, in.Load())
		}
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }
