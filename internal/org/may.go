package org

import (
	"database/sql"
	"errors"

	"verbale/internal/problem"
	"verbale/internal/store"
)

// Permission is a verb that a role may hold.
type Permission string

// What can be permitted in the company.
const (
	PeopleRead         Permission = "people.read"
	PeopleInvite       Permission = "people.invite"
	PeopleManage       Permission = "people.manage" // rename, change roles, deactivate
	ConversationCreate Permission = "conversation.create"
	ImportRun          Permission = "import.run"
	RegisterRead       Permission = "register.read"
	CompanyManage      Permission = "company.manage"
)

// What can be permitted in a conversation, to its members only.
const (
	MessageRead         Permission = "message.read"
	MessagePost         Permission = "message.post"
	MessageDeleteOthers Permission = "message.delete_others"
	ConversationRename  Permission = "conversation.rename"
	ConversationMembers Permission = "conversation.members"
	ConversationRoles   Permission = "conversation.roles"
)

// The company's roles.
const (
	Owner  = "owner"
	Admin  = "admin"
	Member = "member"
)

var companyRoles = map[string][]Permission{
	Member: {PeopleRead, ConversationCreate, ImportRun},
	Admin:  {PeopleRead, ConversationCreate, ImportRun, PeopleInvite, PeopleManage, RegisterRead},
	Owner:  {PeopleRead, ConversationCreate, ImportRun, PeopleInvite, PeopleManage, RegisterRead, CompanyManage},
}

var conversationRoles = map[string][]Permission{
	"member": {MessageRead, MessagePost},
	"admin":  {MessageRead, MessagePost, MessageDeleteOthers, ConversationRename, ConversationMembers, ConversationRoles},
}

// Permissions are what a company role holds.
func Permissions(role string) []Permission { return companyRoles[role] }

// ErrNoConversation answers for a conversation that is not there and for one
// that is not the asker's: the two must look alike.
var ErrNoConversation = problem.New(problem.NotFound, "conversation.not_found", "There is no such conversation, or you are not in it.")

// errEnded is login.ErrEnded, met inside a command: the person is not active any more.
var errEnded = problem.New(problem.Unauthorized, "login.ended", "This device was signed out. Sign in again.")

// reasons say, for each permission, what is missing and who can change it.
var reasons = map[Permission]string{
	PeopleRead:          "You may not see the company's people. Ask an administrator.",
	PeopleInvite:        "Only administrators may invite people. Ask one of them.",
	PeopleManage:        "Only administrators may change people. Ask one of them.",
	ConversationCreate:  "You may not start conversations. Ask an administrator.",
	ImportRun:           "You may not bring in exports. Ask an administrator.",
	RegisterRead:        "Only administrators may read the register's entries. Ask one of them.",
	CompanyManage:       "Only the owner may change the company.",
	MessagePost:         "You may not write here. Ask the group's admin.",
	MessageDeleteOthers: "Only the writer, or the group's admin, may delete this message.",
	ConversationRename:  "Only the group's admin may rename it.",
	ConversationMembers: "Only the group's admin may add or remove people.",
	ConversationRoles:   "Only the group's admin may change roles in it.",
}

func refused(p Permission) error {
	return problem.New(problem.Forbidden, "permission."+string(p), reasons[p])
}

// May decides whether a person may do something in the company: nil, or the
// reason why not.
func May(tx *store.Tx, person int64, p Permission) error {
	var role string
	err := tx.Row(`SELECT role FROM person WHERE id = ? AND active = 1`, person).Scan(&role)
	if errors.Is(err, sql.ErrNoRows) {
		return errEnded
	}
	if err != nil {
		return err
	}
	return holds(companyRoles[role], p)
}

// Membership is a person's place in a conversation.
type Membership struct {
	Kind   string // the conversation's: group or direct
	Role   string // admin or member
	FirstN int64  // the first message they may see
	LastN  int64  // the conversation's last
}

const ofMembership = ` FROM member m
	JOIN conversation c ON c.id = m.conversation
	JOIN person p ON p.id = m.person AND p.active = 1
	WHERE m.conversation = ? AND m.person = ?`

// MayIn decides whether a person may do something in a conversation, and gives
// their place in it. Whoever is not a member learns nothing, not even that it
// exists.
func MayIn(tx *store.Tx, person, conversation int64, p Permission) (m Membership, err error) {
	err = tx.Row(`SELECT c.kind, m.role, m.first_n, c.last_n`+ofMembership, conversation, person).
		Scan(&m.Kind, &m.Role, &m.FirstN, &m.LastN)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return m, ErrNoConversation
	case err != nil:
		return m, err
	}
	return m, holds(conversationRoles[m.Role], p)
}

// Asked is a question whether a person may do something in a conversation, and
// the answer.
type Asked struct {
	Person, Conversation int64

	Membership
	Found   int64
	Refused error // nil: they may
}

// MayInEach is MayIn for many at once. It also asks the database for a number of
// each: that of a scalar subquery, which with gives its values; 0 if it finds
// none or the person is not a member.
func MayInEach(tx *store.Tx, p Permission, asked []Asked, subquery string, with func(i int) []any) error {
	sets := make([][]any, len(asked))
	for i, a := range asked {
		sets[i] = append(with(i), a.Conversation, a.Person)
		asked[i].Refused = ErrNoConversation // unless a row comes
	}
	return tx.Each(`SELECT c.kind, m.role, m.first_n, c.last_n, COALESCE((`+subquery+`), 0)`+ofMembership, sets, func(i int, rows store.Rows) error {
		a := &asked[i]
		err := rows.Scan(&a.Kind, &a.Role, &a.FirstN, &a.LastN, &a.Found)
		if err == nil {
			a.Refused = holds(conversationRoles[a.Role], p)
		}
		return err
	})
}

func holds(set []Permission, p Permission) error {
	for _, have := range set {
		if have == p {
			return nil
		}
	}
	return refused(p)
}
