package wire

import "verbale/internal/chat"

// Conversation is a conversation as one person sees it in the list.
type Conversation struct {
	ID              int64    `json:"id"`
	Kind            string   `json:"kind" enum:"group,direct"`
	Title           string   `json:"title"`
	Created         string   `json:"created" format:"date-time"`
	Person          int64    `json:"person" doc:"Of a direct one: the other person; 0 otherwise."`
	MemberCount     int64    `json:"member_count"`
	MembersPreview  []int64  `json:"members_preview" nullable:"false" doc:"The first three members."`
	Role            string   `json:"role" enum:"admin,member"`
	FirstN          int64    `json:"first_n" doc:"The first message that may be seen."`
	LastN           int64    `json:"last_n"`
	ReadN           int64    `json:"read_n"`
	Unread          int64    `json:"unread"`
	Last            *Message `json:"last"`
	OthersRead      int64    `json:"others_read_n" doc:"The smallest read mark among the other members."`
	OthersDelivered int64    `json:"others_delivered_n"`
	Imported        bool     `json:"imported"`
	Time            string   `json:"time" format:"date-time" doc:"What the list is sorted by."`
}

// OfConversation gives a conversation's shape.
func OfConversation(c chat.Conversation) Conversation {
	out := Conversation{
		ID: c.ID, Kind: c.Kind, Title: c.Title, Created: Time(c.Made), Person: c.Person,
		MemberCount: c.Members, MembersPreview: append([]int64{}, c.Preview...), Role: c.Role,
		FirstN: c.FirstN, LastN: c.LastN, ReadN: c.ReadN, Unread: c.Unread,
		OthersRead: c.OthersRead, OthersDelivered: c.OthersDelivered, Imported: c.Imported != 0, Time: Time(c.Time),
	}
	if c.Last != nil {
		last := OfMessage(*c.Last)
		out.Last = &last
	}
	return out
}

// OfConversations gives the shapes of a list.
func OfConversations(in []chat.Conversation) []Conversation {
	out := make([]Conversation, len(in))
	for i, c := range in {
		out[i] = OfConversation(c)
	}
	return out
}

// Member is a person's place and marks in a conversation.
type Member struct {
	Person      int64   `json:"person"`
	Role        string  `json:"role" enum:"admin,member"`
	Joined      string  `json:"joined" format:"date-time"`
	FirstN      int64   `json:"first_n"`
	DeliveredN  int64   `json:"delivered_n"`
	DeliveredAt *string `json:"delivered_at" format:"date-time" nullable:"true"`
	ReadN       int64   `json:"read_n"`
	ReadAt      *string `json:"read_at" format:"date-time" nullable:"true"`
}

// OfMembers gives the shapes of a conversation's members.
func OfMembers(in []chat.Member) []Member {
	out := make([]Member, len(in))
	for i, m := range in {
		out[i] = Member{
			Person: m.Person, Role: m.Role, Joined: Time(m.Joined), FirstN: m.FirstN,
			DeliveredN: m.DeliveredN, DeliveredAt: MaybeTime(m.DeliveredAt), ReadN: m.ReadN, ReadAt: MaybeTime(m.ReadAt),
		}
	}
	return out
}
