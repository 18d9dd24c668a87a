package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"verbale/internal/wire"
)

// maxFrame is how long a frame from a client may be.
const maxFrame = 64 << 10

// maxDepth is how deep its JSON may be nested; a post needs two levels.
const maxDepth = 4

// maxNumber is the largest number that JavaScript holds exactly.
const maxNumber = 1<<53 - 1

// incoming is a frame from a client: all kinds in one, since they are few.
type incoming struct {
	Type         string      `json:"type"`
	Ref          json.Number `json:"ref"`
	Key          string      `json:"key"`
	Conversation int64       `json:"conversation"`
	Text         string      `json:"text"`
	ReplyTo      int64       `json:"reply_to"`
	Files        []int64     `json:"files"`
	Delivered    int64       `json:"delivered"`
	Read         int64       `json:"read"`

	broken bool // it has half a character in it, which JSON can write and UTF-8 cannot
}

var errBadFrame = errors.New("live: not a frame of the protocol")

// decode reads a client's frame, and refuses whatever is not exactly one.
func decode(data []byte) (f incoming, err error) {
	if len(data) > maxFrame || !utf8.Valid(data) {
		return f, errBadFrame
	}
	depth, halves := scan(data)
	if depth > maxDepth {
		return f, errBadFrame
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if d.Decode(&f) != nil {
		return f, errBadFrame
	}
	if _, err := d.Token(); err != io.EOF {
		return f, errBadFrame
	}
	f.broken = halves
	if !f.fits() {
		return f, errBadFrame
	}
	return f, nil
}

// fits says whether a frame has what its type has, and nothing else.
func (f incoming) fits() bool {
	post := f.Key != "" || f.Text != "" || f.ReplyTo != 0 || f.Files != nil
	mark := f.Delivered != 0 || f.Read != 0
	inRange := number(f.Conversation) && number(f.ReplyTo) && number(f.Delivered) && number(f.Read)
	for _, file := range f.Files {
		inRange = inRange && number(file)
	}
	if !inRange {
		return false
	}
	switch f.Type {
	case "post":
		return !mark && f.Ref != "" && f.Conversation != 0
	case "mark":
		return !post && f.Ref == "" && f.Conversation != 0 && !f.broken
	case "typing":
		return !post && !mark && f.Ref == "" && f.Conversation != 0
	case "ping":
		return !post && !mark && f.Ref == "" && f.Conversation == 0
	}
	return false
}

func number(n int64) bool { return n >= 0 && n <= maxNumber }

// scan finds in JSON how deep it is nested, and whether a string in it has a
// half of a surrogate pair without the other, which encoding/json would turn
// into another character without a word.
func scan(data []byte) (deepest int, halves bool) {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case inString && b == '\\':
			high, ok := surrogate(data[i:])
			switch {
			case !ok:
				i++
			case high >= 0xDC00:
				halves = true
				i += 5
			default:
				if low, ok := surrogate(data[min(i+6, len(data)):]); !ok || low < 0xDC00 {
					halves = true
					i += 5
				} else {
					i += 11
				}
			}
		case b == '"':
			inString = !inString
		case inString:
		case b == '{' || b == '[':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return deepest, halves
}

// surrogate reads an escape \uD800 to \uDFFF.
func surrogate(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return v, err == nil && v >= 0xD800 && v <= 0xDFFF
}

// What the server sends.
type (
	eventFrame struct {
		Type string `json:"type"`
		wire.Event
	}
	postedFrame struct {
		Type string      `json:"type"`
		Ref  json.Number `json:"ref"`
		wire.Posted
	}
	errorFrame struct {
		Type   string      `json:"type"`
		Ref    json.Number `json:"ref"`
		Code   string      `json:"code"`
		Detail string      `json:"detail"`
	}
	marksFrame struct {
		Type         string      `json:"type"`
		Conversation int64       `json:"conversation"`
		Marks        []wire.Mark `json:"marks"`
	}
	typingFrame struct {
		Type         string `json:"type"`
		Conversation int64  `json:"conversation"`
		Person       int64  `json:"person"`
	}
	presenceFrame struct {
		Type   string `json:"type"`
		Person int64  `json:"person"`
		Online bool   `json:"online"`
	}
)

// readyFrame is the first frame. After a restart everybody gets one at once,
// with a list as long as the company, so that is copied and not encoded again.
func readyFrame(seq int64, online []byte) []byte {
	payload := make([]byte, 0, len(online)+64)
	payload = strconv.AppendInt(append(payload, `{"type":"ready","seq":`...), seq, 10)
	payload = append(append(payload, `,"online":`...), online...)
	return textFrame(append(payload, '}'))
}

// encode makes the bytes that go over the line.
func encode(f any) []byte {
	payload, err := json.Marshal(f)
	if err != nil {
		panic(err) // only for a type that JSON does not know: a fault that any test shows
	}
	return textFrame(payload)
}

var pongFrame = textFrame([]byte(`{"type":"pong"}`))
