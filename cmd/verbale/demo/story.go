package demo

import "time"

// Story is a made-up company and what happened in it, in order of time.
type Story struct {
	Name   string // the company's short name
	Title  string
	People []Person // the first is the owner
	Acts   []Act
}

// Person is somebody in the story.
type Person struct {
	Name     string
	Role     string // owner, admin or member
	Language string // it or en
	Team     string
	From     time.Time // when they joined
}

// Kind says what an act is.
type Kind int

// What can happen. The fields of Act that matter are named beside each.
const (
	Arrive Kind = iota // Who joins the company
	Leave              // Who leaves it
	Start              // Who starts Conversation: Group, Title, Members
	Add                // Who adds Members to Conversation: History
	Rename             // Who gives Conversation a Title
	Say                // Who says Text in Conversation: Message, ReplyTo
	Edit               // Who changes Message to Text
	Delete             // Who deletes Message
	Look               // Members read all they have; a burst of marks is entered
)

// Act is one thing that happens. People are named by their place in
// Story.People, conversations and messages by numbers of the story's own.
type Act struct {
	At           time.Time
	Kind         Kind
	Who          int
	Conversation int
	Group        bool
	Title        string
	Members      []int
	History      bool
	Message      int
	ReplyTo      int // 0 is none; messages begin at 1
	Text         string
}

// Options shape a story. The zero value of a field is its default.
type Options struct {
	Seed     uint64
	Until    time.Time // the story is the year before; Until if zero
	Messages int       // about how many; 20,000
}

// Until is when a story ends if nothing else is said. It is fixed, so that the
// same seed makes the same story tomorrow.
var Until = time.Date(2026, 11, 20, 17, 40, 0, 0, zone)

// zone is where the company works. Its offset is fixed: a story must not depend
// on the time zone data of the machine.
var zone = time.FixedZone("CET", 3600)
