package chat

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// MemberDraft is a member as an entry has it.
type MemberDraft struct {
	Person int64  `json:"person"`
	Role   string `json:"role,omitempty"`
	FirstN int64  `json:"first_n"`
}

type createdBody struct {
	Kind     string        `json:"kind"`
	Title    string        `json:"title"`
	Members  []MemberDraft `json:"members"`
	Imported bool          `json:"imported,omitempty"`
}

// Create starts a conversation with its maker and the given people. A direct
// one that is there already is found, not made twice.
func Create(tx *store.Tx, by org.Actor, kind, title string, people []int64) (id int64, err error) {
	if err := org.May(tx, by.Person, org.ConversationCreate); err != nil {
		return 0, err
	}
	people, err = cleanPeople(tx, by.Person, people)
	if err != nil {
		return 0, err
	}
	switch kind {
	case "group":
		if title, err = org.CleanName(title); err != nil {
			return 0, err
		}
	case "direct":
		title = ""
		if len(people) != 1 {
			return 0, ErrDirectMembers
		}
		if id, err = findDirect(tx, by.Person, people[0]); err != nil || id != 0 {
			return id, err
		}
	default:
		return 0, ErrBadKind
	}
	return create(tx, by, kind, title, people, false)
}

func create(tx *store.Tx, by org.Actor, kind, title string, people []int64, imported bool) (int64, error) {
	content := createdBody{Kind: kind, Title: title, Imported: imported}
	makers := "admin"
	if kind == "direct" {
		makers = "member"
	}
	content.Members = append(content.Members, MemberDraft{Person: by.Person, Role: makers, FirstN: 1})
	for _, p := range people {
		content.Members = append(content.Members, MemberDraft{Person: p, Role: "member", FirstN: 1})
	}
	encoded, _ := json.Marshal(content)
	h, err := tx.Enter(journal.Draft{Kind: KindConversationCreated, Actor: by.Person, Device: by.Device, Body: encoded})
	if err != nil {
		return 0, err
	}
	id := h.Seq
	if err := tx.Do(`INSERT INTO conversation (id, kind, title, made, time, imported) VALUES (?, ?, ?, ?, ?, ?)`, id, kind, title, h.Time, h.Time, asInt(imported)); err != nil {
		return 0, err
	}
	if kind == "direct" {
		if err := tx.Do(`INSERT INTO direct (low, high, conversation) VALUES (?, ?, ?)`, min(by.Person, people[0]), max(by.Person, people[0]), id); err != nil {
			return 0, err
		}
	}
	for _, m := range content.Members {
		if err := addMember(tx, id, m); err != nil {
			return 0, err
		}
	}
	err = tx.Do(`INSERT INTO notice (seq, conversation) VALUES (?, ?)`, id, id)
	return id, err
}

func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func findDirect(tx *store.Tx, a, b int64) (int64, error) {
	found, err := tx.Ints(`SELECT conversation FROM direct WHERE low = ? AND high = ?`, min(a, b), max(a, b))
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// cleanPeople takes doubles and the maker out, and refuses whoever is not an
// active person here.
func cleanPeople(tx *store.Tx, maker int64, people []int64) ([]int64, error) {
	if len(people) > MaxMembers {
		return nil, ErrTooMany
	}
	people = slices.Clone(people)
	slices.Sort(people)
	people = slices.Compact(people)
	people = slices.DeleteFunc(people, func(p int64) bool { return p == maker })
	for _, p := range people {
		found, err := org.ReadPerson(tx, p)
		if err != nil {
			return nil, err
		}
		if !found.Active {
			return nil, org.ErrNoPerson
		}
	}
	return people, nil
}

func addMember(tx *store.Tx, conversation int64, m MemberDraft) error {
	if err := tx.Do(`INSERT INTO member (conversation, person, role, joined, first_n) VALUES (?, ?, ?, ?, ?)`, conversation, m.Person, m.Role, tx.Now(), m.FirstN); err != nil {
		return err
	}
	err := tx.DoNote(`INSERT INTO mark (conversation, person, delivered_n, read_n) VALUES (?, ?, ?, ?)
		ON CONFLICT (conversation, person) DO UPDATE SET delivered_n = excluded.delivered_n, read_n = excluded.read_n`, conversation, m.Person, m.FirstN-1, m.FirstN-1)
	return err
}

// Rename gives a group another title.
func Rename(tx *store.Tx, by org.Actor, id int64, title string) error {
	m, err := org.MayIn(tx, by.Person, id, org.ConversationRename)
	if err != nil {
		return err
	}
	if m.Kind == "direct" {
		return ErrDirectFixed
	}
	if title, err = org.CleanName(title); err != nil {
		return err
	}
	content, _ := json.Marshal(map[string]string{"title": title})
	if err := enterNotice(tx, by, KindConversationRenamed, id, 0, content); err != nil {
		return err
	}
	err = tx.Do(`UPDATE conversation SET title = ? WHERE id = ?`, title, id)
	return err
}

func enterNotice(tx *store.Tx, by org.Actor, kind string, conversation, subject int64, content []byte) error {
	h, err := tx.Enter(journal.Draft{Kind: kind, Actor: by.Person, Device: by.Device, Conversation: conversation, Subject: subject, Body: content})
	if err != nil {
		return err
	}
	err = tx.Do(`INSERT INTO notice (seq, conversation) VALUES (?, ?)`, h.Seq, conversation)
	return err
}

const conversationColumns = `c.id, c.kind, c.title, c.made, c.last_n, c.last_id, c.time, c.imported, b.role, b.first_n, k.read_n`

const fromConversations = ` FROM member b JOIN conversation c ON c.id = b.conversation
	JOIN mark k ON k.conversation = b.conversation AND k.person = b.person `

// List gives a person's conversations, the latest first.
func List(tx *store.Tx, person int64) ([]Conversation, error) {
	return queryConversations(tx, person, `SELECT `+conversationColumns+fromConversations+`WHERE b.person = ? ORDER BY c.time DESC, c.id DESC`, person)
}

// Get gives one conversation as a member sees it.
func Get(tx *store.Tx, person, id int64) (Conversation, error) {
	found, err := queryConversations(tx, person, `SELECT `+conversationColumns+fromConversations+`WHERE b.person = ? AND b.conversation = ?`, person, id)
	if err != nil {
		return Conversation{}, err
	}
	if len(found) == 0 {
		return Conversation{}, ErrNoConversation
	}
	return found[0], nil
}

func queryConversations(tx *store.Tx, person int64, query string, args ...any) ([]Conversation, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, last := []Conversation{}, []int64{}
	for rows.Next() {
		var c Conversation
		var lastID int64
		if err := rows.Scan(&c.ID, &c.Kind, &c.Title, &c.Made, &c.LastN, &lastID, &c.Time, &c.Imported, &c.Role, &c.FirstN, &c.ReadN); err != nil {
			return nil, err
		}
		c.Unread = Unread(c.LastN, c.ReadN, c.FirstN)
		out, last = append(out, c), append(last, lastID)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		if err := fillConversation(tx, person, &out[i], last[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fillConversation(tx *store.Tx, person int64, c *Conversation, last int64) error {
	err := tx.Row(`SELECT COUNT(*), COALESCE(MIN(CASE WHEN b.person <> ? THEN k.read_n END), 0), COALESCE(MIN(CASE WHEN b.person <> ? THEN k.delivered_n END), 0)
		FROM member b JOIN mark k ON k.conversation = b.conversation AND k.person = b.person WHERE b.conversation = ?`,
		person, person, c.ID).Scan(&c.Members, &c.OthersRead, &c.OthersDelivered)
	if err != nil {
		return err
	}
	if c.Preview, err = tx.Ints(`SELECT person FROM member WHERE conversation = ? ORDER BY person LIMIT 3`, c.ID); err != nil {
		return err
	}
	if c.Kind == "direct" {
		for _, p := range c.Preview {
			if p != person {
				c.Person = p
			}
		}
	}
	if last == 0 || c.LastN < c.FirstN {
		return nil
	}
	m, err := Read(tx, last)
	if errors.Is(err, ErrNoMessage) || errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	c.Last = &m
	return err
}
