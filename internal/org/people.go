package org

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbale/internal/journal"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Entry kinds of this room.
const (
	KindCompanyCreated = "company.created"
	KindPersonAdded    = "person.added"
	KindPersonChanged  = "person.changed"
)

// Actor is who does something, on which device; zero is the house itself.
type Actor struct{ Person, Device int64 }

// Company is what everybody may know of the company.
type Company struct {
	Title    string `json:"title"`
	Language string `json:"language"`
}

// Person is a person of the company.
type Person struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Language string `json:"language"`
	Active   bool   `json:"active"`
	Joined   int64  `json:"joined"`
}

// Problems of people.
var (
	ErrNoPerson   = problem.New(problem.NotFound, "person.not_found", "There is no such person in this company.")
	ErrBadName    = problem.New(problem.Invalid, "name.invalid", "A name has 1 to 100 characters and no control characters.")
	ErrBadRole    = problem.New(problem.Invalid, "person.bad_role", "A role is owner, admin or member.")
	ErrBadLang    = problem.New(problem.Invalid, "language.unknown", "The language must be it or en.")
	ErrLastOwner  = problem.New(problem.Conflict, "person.last_owner", "The company needs an owner. Make somebody else owner first.")
	ErrAboveYou   = problem.New(problem.Forbidden, "person.above_you", "You cannot give or take a role that is above your own.")
	errNoCompany  = errors.New("org: the company has not been made yet")
	maxNameLength = 100
)

// CleanName trims a name or a title and refuses what cannot be one: nothing in
// it, too long, or characters that are not shown or that turn the text around.
func CleanName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxNameLength {
		return "", ErrBadName
	}
	for _, r := range s {
		if unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 {
			return "", ErrBadName
		}
	}
	return s, nil
}

// CleanLanguage accepts the languages that the texts exist in; empty is the
// given default.
func CleanLanguage(s, otherwise string) (string, error) {
	switch s {
	case "":
		return otherwise, nil
	case "it", "en":
		return s, nil
	}
	return "", ErrBadLang
}

// Create makes the company in an empty register, with its owner.
func Create(tx *store.Tx, title, owner, language string) (person int64, err error) {
	if title, err = CleanName(title); err != nil {
		return 0, err
	}
	if language, err = CleanLanguage(language, "en"); err != nil {
		return 0, err
	}
	body, _ := json.Marshal(Company{title, language})
	if _, err := tx.Enter(journal.Draft{Kind: KindCompanyCreated, Body: body}); err != nil {
		return 0, err
	}
	if err := tx.Do(`INSERT INTO company (id, title, language) VALUES (1, ?, ?)`, title, language); err != nil {
		return 0, err
	}
	return AddPerson(tx, Actor{}, 0, owner, Owner, language)
}

// ReadCompany gives the company.
func ReadCompany(tx *store.Tx) (c Company, err error) {
	err = tx.Row(`SELECT title, language FROM company WHERE id = 1`).Scan(&c.Title, &c.Language)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoCompany
	}
	return c, err
}

type personBody struct {
	Name     string `json:"name,omitempty"`
	Role     string `json:"role,omitempty"`
	Language string `json:"language,omitempty"`
	Active   *bool  `json:"active,omitempty"`
}

// AddPerson adds a person; whoever calls has decided that it may be done. Via
// is the invite that let them in, or 0.
func AddPerson(tx *store.Tx, by Actor, via int64, name, role, language string) (int64, error) {
	name, err := CleanName(name)
	if err != nil {
		return 0, err
	}
	if companyRoles[role] == nil {
		return 0, ErrBadRole
	}
	company, err := ReadCompany(tx)
	if err != nil {
		return 0, err
	}
	if language, err = CleanLanguage(language, company.Language); err != nil {
		return 0, err
	}
	body, _ := json.Marshal(personBody{Name: name, Role: role, Language: language})
	h, err := tx.Enter(journal.Draft{Kind: KindPersonAdded, Actor: by.Person, Device: by.Device, Subject: via, Body: body})
	if err != nil {
		return 0, err
	}
	err = tx.Do(`INSERT INTO person (id, name, role, language, active, joined) VALUES (?, ?, ?, ?, 1, ?)`, h.Seq, name, role, language, h.Time)
	return h.Seq, err
}

// ReadPerson gives one person.
func ReadPerson(tx *store.Tx, id int64) (p Person, err error) {
	p.ID = id
	err = tx.Row(`SELECT name, role, language, active, joined FROM person WHERE id = ?`, id).Scan(&p.Name, &p.Role, &p.Language, &p.Active, &p.Joined)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoPerson
	}
	return p, err
}

// People gives everybody, the inactive too, by number.
func People(tx *store.Tx) ([]Person, error) {
	rows, err := tx.Query(`SELECT id, name, role, language, active, joined FROM person ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Person{}
	for rows.Next() {
		var p Person
		if err := rows.Scan(&p.ID, &p.Name, &p.Role, &p.Language, &p.Active, &p.Joined); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// Change is what is to be changed of a person; nil leaves it.
type Change struct {
	Name, Role, Language *string
	Active               *bool
}

// rank orders the roles: nobody gives or takes what is above his own.
var rank = map[string]int{Member: 1, Admin: 2, Owner: 3}

// ChangePerson changes a person. Name and language are one's own to change;
// everything else needs people.manage.
func ChangePerson(tx *store.Tx, by Actor, id int64, c Change) (Person, error) {
	p, err := ReadPerson(tx, id)
	if err != nil {
		return p, err
	}
	if by.Person != id || c.Role != nil || c.Active != nil {
		if err := May(tx, by.Person, PeopleManage); err != nil {
			return p, err
		}
		if err := mayRank(tx, by.Person, p, c); err != nil {
			return p, err
		}
	}
	before := p
	body := personBody{Active: c.Active}
	if c.Name != nil {
		if p.Name, err = CleanName(*c.Name); err != nil {
			return p, err
		}
		body.Name = p.Name
	}
	if c.Language != nil {
		if p.Language, err = CleanLanguage(*c.Language, p.Language); err != nil {
			return p, err
		}
		body.Language = p.Language
	}
	if c.Role != nil {
		p.Role, body.Role = *c.Role, *c.Role
	}
	if c.Active != nil {
		p.Active = *c.Active
	}
	if p == before {
		return p, nil
	}
	if before.Role == Owner && before.Active && (p.Role != Owner || !p.Active) {
		if err := anotherOwner(tx, id); err != nil {
			return p, err
		}
	}
	entry, _ := json.Marshal(body)
	if _, err := tx.Enter(journal.Draft{Kind: KindPersonChanged, Actor: by.Person, Device: by.Device, Subject: id, Body: entry}); err != nil {
		return p, err
	}
	err = tx.Do(`UPDATE person SET name = ?, role = ?, language = ?, active = ? WHERE id = ?`, p.Name, p.Role, p.Language, asInt(p.Active), id)
	return p, err
}

// asInt is how both engines keep a yes or no.
func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func mayRank(tx *store.Tx, by int64, p Person, c Change) error {
	me, err := ReadPerson(tx, by)
	if err != nil {
		return err
	}
	wanted := rank[p.Role]
	if c.Role != nil {
		if rank[*c.Role] == 0 {
			return ErrBadRole
		}
		wanted = max(wanted, rank[*c.Role])
	}
	if wanted > rank[me.Role] {
		return ErrAboveYou
	}
	return nil
}

func anotherOwner(tx *store.Tx, than int64) error {
	others, err := tx.Ints(`SELECT id FROM person WHERE role = 'owner' AND active = 1 AND id <> ? LIMIT 1`, than)
	if err == nil && len(others) == 0 {
		err = ErrLastOwner
	}
	return err
}

// NamingEntry gives the entry that says what a person was called when an entry
// was made, or 0 for nobody.
func NamingEntry(tx *store.Tx, person, at int64) (int64, error) {
	if person == 0 {
		return 0, nil
	}
	entries, err := tx.QueryEntries(`SELECT `+store.EntryColumns+` FROM entry e WHERE e.subject = ? AND e.subject <> 0 AND e.kind = 'person.changed' AND e.seq <= ? ORDER BY e.seq DESC`, person, at)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		var b personBody
		if json.Unmarshal(e.Body, &b) == nil && b.Name != "" {
			return e.Seq, nil
		}
	}
	return person, nil
}
