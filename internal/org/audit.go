package org

import (
	"encoding/json"
	"fmt"

	"verbale/internal/store"
)

// Audit holds the people and the company against the entries that made them:
// whoever gave himself a role by hand in the database is named.
func Audit(tx *store.Tx) (faults []string, err error) {
	want, erased, err := replay(tx)
	if err != nil {
		return nil, err
	}
	have, err := People(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range have {
		expected, known := want[p.ID]
		switch {
		case !known:
			faults = append(faults, fmt.Sprintf("person %d was inserted by hand: no entry adds them", p.ID))
		case p != expected && !erased[p.ID]:
			faults = append(faults, fmt.Sprintf("person %d was changed by hand: the register has another name, role, language or state", p.ID))
		}
		delete(want, p.ID)
	}
	for id := range want {
		faults = append(faults, fmt.Sprintf("person %d was removed by hand: entry %d adds them", id, id))
	}
	return faults, nil
}

// replay gives the people as the register has them; of the erased it has no
// more to say.
func replay(tx *store.Tx) (want map[int64]Person, erased map[int64]bool, err error) {
	entries, err := tx.QueryEntries(`SELECT ` + store.EntryColumns + ` FROM entry e
		WHERE e.kind IN ('company.created', 'person.added', 'person.changed') ORDER BY e.seq`)
	if err != nil {
		return nil, nil, err
	}
	want, erased = map[int64]Person{}, map[int64]bool{}
	for _, e := range entries {
		id := e.Subject
		if e.Kind == KindPersonAdded {
			id = e.Seq
			want[id] = Person{ID: id, Active: true, Joined: e.Time}
		}
		if e.Kind == KindCompanyCreated {
			continue
		}
		var b personBody
		if e.Body == nil {
			erased[id] = true
		} else if err := json.Unmarshal(e.Body, &b); err != nil {
			return nil, nil, fmt.Errorf("org: the body of entry %d is not a person's", e.Seq)
		}
		want[id] = b.onto(want[id])
	}
	return want, erased, nil
}

// onto applies what an entry says of a person.
func (b personBody) onto(p Person) Person {
	if b.Name != "" {
		p.Name = b.Name
	}
	if b.Role != "" {
		p.Role = b.Role
	}
	if b.Language != "" {
		p.Language = b.Language
	}
	if b.Active != nil {
		p.Active = *b.Active
	}
	return p
}
