package chat

import (
	"unicode/utf8"

	"verbale/internal/org"
	"verbale/internal/problem"
)

// Entry kinds of this room.
const (
	KindConversationCreated = "conversation.created"
	KindConversationRenamed = "conversation.renamed"
	KindMemberAdded         = "member.added"
	KindMemberRemoved       = "member.removed"
	KindMemberRole          = "member.role"
	KindPosted              = "message.posted"
	KindEdited              = "message.edited"
	KindDeleted             = "message.deleted"
	KindImported            = "message.imported"
	KindImportDone          = "import.done"
	KindImportUndone        = "import.undone"
	KindReadMarked          = "read.marked"
	KindFileAdded           = "file.added"
	KindFileReleased        = "file.released"
)

// Bounds of a message and of a conversation.
const (
	MaxChars   = 20_000
	MaxBytes   = 60_000
	MaxFiles   = 20
	MaxMembers = 1_000 // in one call
	MaxPage    = 200
)

// Problems of conversations and messages.
var (
	ErrNoConversation = org.ErrNoConversation
	ErrNoMessage      = problem.New(problem.NotFound, "message.not_found", "There is no such message, or you may not see it.")
	ErrNoEntry        = problem.New(problem.NotFound, "entry.not_found", "There is no such entry, or you may not see it.")
	ErrEmpty          = problem.New(problem.Invalid, "message.empty", "A message needs a text or a file.")
	ErrTooLong        = problem.New(problem.Invalid, "message.too_long", "A message may have at most 20,000 characters. Send the rest as a second one, or as a file.")
	ErrNotText        = problem.New(problem.Invalid, "message.not_text", "The text is not valid UTF-8, or has characters that no text has.")
	ErrBadKey         = problem.New(problem.Invalid, "message.bad_key", "The key must be a UUID that the client made.")
	ErrKeyReused      = problem.New(problem.Conflict, "message.key_reused", "This key was used for a message in another conversation.")
	ErrDeleted        = problem.New(problem.Conflict, "message.deleted", "The message was deleted.")
	ErrNotYours       = problem.New(problem.Forbidden, "message.not_yours", "Only its writer may edit a message.")
	ErrImported       = problem.New(problem.Forbidden, "message.imported", "Imported messages cannot be changed. Undo the import instead.")
	ErrBadReply       = problem.New(problem.Invalid, "message.bad_reply", "The message replied to is not in this conversation.")
	ErrBadKind        = problem.New(problem.Invalid, "conversation.bad_kind", "A conversation is a group or direct.")
	ErrDirectMembers  = problem.New(problem.Invalid, "conversation.direct_members", "A direct conversation is with exactly one other person.")
	ErrTooMany        = problem.New(problem.Invalid, "conversation.too_many", "At most 1,000 people can be added at once.")
	ErrDirectFixed    = problem.New(problem.Conflict, "conversation.direct_fixed", "A direct conversation stays between two. Start a group instead.")
	ErrNotMember      = problem.New(problem.NotFound, "member.not_found", "They are not in this conversation.")
	ErrLastAdmin      = problem.New(problem.Conflict, "member.last_admin", "The group needs an admin. Make somebody else admin first.")
	ErrBadRole        = problem.New(problem.Invalid, "member.bad_role", "A role in a conversation is admin or member.")
	ErrNoFile         = problem.New(problem.NotFound, "file.not_found", "There is no such file, or you may not see it.")
	ErrTooManyFiles   = problem.New(problem.Invalid, "message.too_many_files", "A message may have at most 20 files.")
)

// Conversation is a conversation as one person sees it in the list.
type Conversation struct {
	ID              int64
	Kind            string // group or direct
	Title           string
	Made            int64
	Person          int64 // of a direct one: the other
	Members         int64
	Preview         []int64 // the first three members
	Role            string
	FirstN          int64
	LastN           int64
	ReadN           int64
	Unread          int64
	Last            *Message
	OthersRead      int64 // the smallest mark among the others
	OthersDelivered int64
	Imported        int64
	Time            int64
}

// Unread is the one rule of unread counts: how many messages come after the
// last one read, among those that may be seen. A message of one's own is read
// by writing it.
func Unread(lastN, readN, firstN int64) int64 {
	return max(0, lastN-max(readN, firstN-1))
}

// Member is a person's place and marks in a conversation.
type Member struct {
	Person      int64
	Role        string
	Joined      int64
	FirstN      int64
	DeliveredN  int64
	DeliveredAt int64
	ReadN       int64
	ReadAt      int64
}

// Message is a message as it is now. Of one that is deleted or damaged the text
// is empty.
type Message struct {
	ID           int64
	N            int64
	Conversation int64
	Author       int64
	Time         int64
	Text         string
	Damaged      bool // the entry that has the text cannot be read
	ReplyTo      int64
	Edited       int64
	Deleted      int64
	DeletedBy    int64
	Files        []File
	Imported     *Imported
}

// Imported says where a message that was not written here comes from.
type Imported struct {
	Import int64
	Name   string // who wrote it, as the file has it
	Line   int64  // in the file
}

// File is an attachment.
type File struct {
	ID     int64
	Name   string
	Type   string
	Size   int64
	SHA256 []byte
}

// body is what the entries of messages hold.
type body struct {
	N       int64   `json:"n,omitempty"`
	Text    string  `json:"text"`
	ReplyTo int64   `json:"reply_to,omitempty"`
	Files   []int64 `json:"files,omitempty"`

	// of imported ones
	Name   string `json:"name,omitempty"`
	Line   int64  `json:"line,omitempty"`
	Time   int64  `json:"time,omitempty"` // when it was written, in microseconds
	Edited bool   `json:"edited,omitempty"`
}

// checkText refuses what cannot be a message's text.
func checkText(text string, files int) error {
	switch {
	case len(text) > MaxBytes || utf8.RuneCountInString(text) > MaxChars:
		return ErrTooLong
	case !utf8.ValidString(text):
		return ErrNotText
	case files > MaxFiles:
		return ErrTooManyFiles
	}
	blank := true
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return ErrNotText
		}
		if blank && !invisible(r) {
			blank = false
		}
	}
	if blank && files == 0 {
		return ErrEmpty
	}
	return nil
}

// invisible are the characters of which a message cannot consist alone.
func invisible(r rune) bool {
	switch {
	case r <= ' ', r == 0xA0, r == 0xAD, r == 0x3000, r == 0xFEFF, r == 0x2060,
		r >= 0x2000 && r <= 0x200F, r >= 0x2028 && r <= 0x202F, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}
