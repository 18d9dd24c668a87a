package login_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

func newCompany(t testing.TB) (*store.Tenant, org.Actor) {
	t.Helper()
	s, err := store.OpenServer(context.Background(), t.TempDir(), store.Options{})
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
	if a, err := login.Authenticate(ctx, tenant, secret); err != nil || a.Device != device {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := tenant.Write(ctx, func(tx *store.Tx) error { return login.EndDevice(tx, owner, device) }); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Authenticate(ctx, tenant, secret); !errors.Is(err, login.ErrSignedOut) {
		t.Fatalf("the ended device: %v", err)
	}
	no := false
	if err := tenant.Write(ctx, func(tx *store.Tx) error {
		if _, err := org.AddPerson(tx, org.Actor{}, 0, "Second", org.Owner, ""); err != nil {
			return err
		}
		_, err := org.ChangePerson(tx, owner, owner.Person, org.Change{Active: &no})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Authenticate(ctx, tenant, other); !errors.Is(err, login.ErrSignedOut) {
		t.Fatalf("the deactivated person: %v", err)
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

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }
