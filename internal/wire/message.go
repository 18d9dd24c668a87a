package wire

import "verbale/internal/chat"

// Message is a message as it is now; the text of one that is deleted or damaged
// is empty.
type Message struct {
	ID           int64     `json:"id"`
	N            int64     `json:"n" doc:"Its place in the conversation: 1, 2, 3 ... without gaps."`
	Conversation int64     `json:"conversation"`
	Author       int64     `json:"author" doc:"0 for an imported message whose writer is nobody here."`
	Time         string    `json:"time" format:"date-time"`
	Text         string    `json:"text"`
	Damaged      bool      `json:"damaged,omitempty" doc:"The text cannot be read on the server any more."`
	ReplyTo      int64     `json:"reply_to" doc:"The message replied to, or 0."`
	Edited       *string   `json:"edited" format:"date-time" nullable:"true"`
	Deleted      *Deleted  `json:"deleted"`
	Files        []File    `json:"files" nullable:"false"`
	Imported     *Imported `json:"imported"`
}

// Deleted says who deleted a message, and when.
type Deleted struct {
	By   int64  `json:"by"`
	Time string `json:"time" format:"date-time"`
}

// File is an attachment.
type File struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// Imported says where a message that was not written here comes from.
type Imported struct {
	Import int64  `json:"import"`
	Name   string `json:"name" doc:"Who wrote it, as the file has it."`
	Line   int64  `json:"line" doc:"Where it stands in the file."`
}

// OfMessage gives a message's shape.
func OfMessage(m chat.Message) Message {
	out := Message{
		ID: m.ID, N: m.N, Conversation: m.Conversation, Author: m.Author, Time: Time(m.Time),
		Text: m.Text, Damaged: m.Damaged, ReplyTo: m.ReplyTo, Edited: MaybeTime(m.Edited), Files: make([]File, len(m.Files)),
	}
	for i, f := range m.Files {
		out.Files[i] = OfFile(f)
	}
	if m.Deleted != 0 {
		out.Deleted = &Deleted{By: m.DeletedBy, Time: Time(m.Deleted)}
	}
	if m.Imported != nil {
		out.Imported = &Imported{Import: m.Imported.Import, Name: m.Imported.Name, Line: m.Imported.Line}
	}
	return out
}

// OfFile gives an attachment's shape.
func OfFile(f chat.File) File { return File{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size} }

// Posted answers a post.
type Posted struct {
	ID   int64  `json:"id"`
	N    int64  `json:"n"`
	Time string `json:"time" format:"date-time"`
}

// OfPosted gives the shape of a post's answer.
func OfPosted(p chat.Posted) Posted { return Posted{ID: p.ID, N: p.N, Time: Time(p.Time)} }

// Page is a part of a conversation, oldest first.
type Page struct {
	Messages []Message `json:"messages" nullable:"false"`
	Notices  []Notice  `json:"notices" nullable:"false"`
	More     bool      `json:"more" doc:"The direction asked for goes on."`
}

// OfPage gives a page's shape.
func OfPage(p chat.Page) Page {
	out := Page{Messages: make([]Message, len(p.Messages)), Notices: make([]Notice, len(p.Notices)), More: p.More}
	for i, m := range p.Messages {
		out.Messages[i] = OfMessage(m)
	}
	for i, n := range p.Notices {
		out.Notices[i] = OfNotice(n)
	}
	return out
}

// MessageInfo is all that is known of one message.
type MessageInfo struct {
	Message   Message   `json:"message"`
	Versions  []Version `json:"versions" nullable:"false"`
	Delivered []Reached `json:"delivered" nullable:"false"`
	Read      []Reached `json:"read" nullable:"false"`
	Deleted   *Deleted  `json:"deleted"`
}

// Version is a text that a message had.
type Version struct {
	Time  string `json:"time" format:"date-time"`
	Text  string `json:"text"`
	Entry int64  `json:"entry" doc:"The register's entry that has it."`
}

// Reached says whom a message has reached, and when.
type Reached struct {
	Person int64  `json:"person"`
	Time   string `json:"time" format:"date-time"`
}

// OfInfo gives the shape of all that is known of a message.
func OfInfo(i chat.Info) MessageInfo {
	m := OfMessage(i.Message)
	out := MessageInfo{Message: m, Versions: make([]Version, len(i.Versions)), Delivered: reached(i.Delivered), Read: reached(i.Read), Deleted: m.Deleted}
	for at, v := range i.Versions {
		out.Versions[at] = Version{Time: Time(v.Time), Text: v.Text, Entry: v.Entry}
	}
	return out
}

func reached(in []chat.Reached) []Reached {
	out := make([]Reached, len(in))
	for i, r := range in {
		out[i] = Reached{Person: r.Person, Time: Time(r.Time)}
	}
	return out
}
