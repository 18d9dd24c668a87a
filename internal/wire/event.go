package wire

import (
	"encoding/json"

	"verbale/internal/chat"
	"verbale/internal/org"
)

// Event is one entry of the register as its readers see it.
type Event struct {
	Seq          int64  `json:"seq"`
	Kind         string `json:"kind"`
	Time         string `json:"time" format:"date-time"`
	Actor        int64  `json:"actor"`
	Conversation int64  `json:"conversation"`
	Subject      int64  `json:"subject"`
	Data         any    `json:"data" doc:"By kind: {message}, {person}, {marks}, or what the notice says."`
}

// Notice is what is shown between messages.
type Notice struct {
	ID           int64  `json:"id"`
	Kind         string `json:"kind"`
	Conversation int64  `json:"conversation"`
	Time         string `json:"time" format:"date-time"`
	Actor        int64  `json:"actor"`
	Data         any    `json:"data"`
}

// Person is a person of the company.
type Person struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role" enum:"owner,admin,member"`
	Active bool   `json:"active"`
	Online bool   `json:"online"`
	Joined string `json:"joined" format:"date-time"`
}

// Mark says how far somebody got in a conversation.
type Mark struct {
	Person    int64  `json:"person"`
	Delivered int64  `json:"delivered_n"`
	Read      int64  `json:"read_n"`
	Time      string `json:"time" format:"date-time"`
}

// OfPerson gives a person's shape.
func OfPerson(p org.Person, online bool) Person {
	return Person{ID: p.ID, Name: p.Name, Role: p.Role, Active: p.Active, Online: online, Joined: Time(p.Joined)}
}

// OfEvent gives an event's shape; online says of the person in it whether
// they are connected.
func OfEvent(ev chat.Event, online func(person int64) bool) Event {
	out := Event{Seq: ev.Seq, Kind: ev.Kind, Time: Time(ev.Time), Actor: ev.Actor, Conversation: ev.Conversation, Subject: ev.Subject}
	switch {
	case ev.Message != nil:
		out.Data = struct {
			Message Message `json:"message"`
		}{OfMessage(*ev.Message)}
	case ev.Person != nil:
		out.Data = struct {
			Person Person `json:"person"`
		}{OfPerson(*ev.Person, online(ev.Person.ID))}
	default:
		out.Data = data(ev.Data)
	}
	return out
}

// OfNotice gives a notice's shape.
func OfNotice(ev chat.Event) Notice {
	return Notice{ID: ev.Seq, Kind: ev.Kind, Conversation: ev.Conversation, Time: Time(ev.Time), Actor: ev.Actor, Data: data(ev.Data)}
}

// data is an entry's body, which has nothing in it when it was erased.
func data(body json.RawMessage) json.RawMessage {
	if len(body) == 0 {
		return json.RawMessage("{}")
	}
	return body
}
