package main

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// chosen is embedded by commands on one company, which may be named either way.
type chosen struct {
	Named   string `arg:"" optional:"" name:"company" help:"The company's short name; not needed when there is one."`
	Company string `help:"The same, as a flag."`
}

func (c chosen) name() string {
	if c.Named != "" {
		return c.Named
	}
	return c.Company
}

type auditCommand struct {
	place
	chosen
	JSON bool `help:"Print as JSON."`
}

type onCompany struct{ Company string }

func (c *auditCommand) Run(ctx context.Context, t terminal) error {
	found, err := ask[store.Audit](ctx, c.place, "audit", onCompany{c.name()})
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		if err := printJSON(t, found); err != nil {
			return err
		}
	case len(found.Faults) == 0:
		t.printf("CLEAN: all %d entries of %s are as they were entered (%d checkpoints, %d erased bodies), root %s.\n",
			found.Entries, found.Company, found.Checkpoints, found.Erased, found.Root)
	default:
		t.printf("NOT CLEAN: the register of %s was changed by hand.\n", found.Company)
		for _, fault := range found.Faults {
			t.printf("  %s\n", fault)
		}
	}
	if len(found.Faults) > 0 {
		return errSaid
	}
	return nil
}

func (h *house) audit(ctx context.Context, a onCompany) (store.Audit, error) {
	tenant, err := h.company(ctx, a.Company)
	if err != nil {
		return store.Audit{}, err
	}
	return auditAll(ctx, tenant)
}

// auditAll audits the register, and then what is made of it: the register may
// hold and what people see still be forged, so the views are held against it,
// room by room.
func auditAll(ctx context.Context, tenant *store.Tenant) (store.Audit, error) {
	var found store.Audit
	err := tenant.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = auditRows(ctx, tx)
		return err
	})
	found.Company = tenant.Name()
	return found, err
}

// auditRows audits what a transaction sees.
func auditRows(ctx context.Context, tx *store.Tx) (store.Audit, error) {
	found, err := tx.Audit(ctx)
	if err != nil {
		return found, err
	}
	for _, room := range []func(*store.Tx) ([]string, error){org.Audit, login.Audit, chat.Audit} {
		faults, err := room(tx)
		if err != nil {
			return found, err
		}
		found.Faults = append(found.Faults, faults...)
	}
	return found, nil
}
