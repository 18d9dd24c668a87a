package whatsapp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"verbale/internal/problem"
)

const (
	// maxLine and maxMessage are far above what the app lets anybody write
	// (65,536 characters); a file beyond them is damaged or hostile.
	maxLine    = 1 << 20
	maxMessage = 4 << 20
	// maxPreamble is how much may stand before the first header.
	maxPreamble = 1 << 20
)

// ErrLineTooLong and its neighbours are what a file can be refused for.
var (
	errLineTooLong    = problem.New(problem.Invalid, "import.line_too_long", "A line of this file is longer than one million bytes. It is no chat export, or it is damaged.")
	errMessageTooLong = problem.New(problem.Invalid, "import.message_too_long", "A message of this file is longer than four million bytes. It is no chat export, or it is damaged.")
	errNotAnExport    = problem.New(problem.Invalid, "import.not_an_export", "This file is no WhatsApp chat export. In WhatsApp, open the chat, choose Export chat, and bring the .txt or .zip file that it makes.")
	errEmpty          = problem.New(problem.Invalid, "import.empty", "This file is empty.")
	errCalendar       = problem.New(problem.Invalid, "import.calendar", "The dates in this file are of another calendar. Set the phone to the Gregorian calendar and export the chat again.")
	errDateOrder      = problem.New(problem.Invalid, "import.date_order", "The dates in this file cannot be read in that order.")
)

// line is one line of the text, without its end.
type line struct {
	text   []byte // valid until the next one is read
	number int64  // from 1
	offset int64  // of its first byte
	broken bool   // it held bytes that are no text
}

// lineReader reads lines of a bounded length and counts them. Text of the wrong
// encoding is repaired, not refused: the file itself is kept as evidence.
type lineReader struct {
	r      *bufio.Reader
	buf    []byte
	number int64
	offset int64
}

// newLineReader decodes UTF-16 where a byte order mark says so (a chat that
// somebody saved again on Windows); offsets then count decoded bytes.
func newLineReader(r io.Reader) *lineReader {
	b := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := b.Peek(2); bytes.Equal(mark, []byte{0xFF, 0xFE}) || bytes.Equal(mark, []byte{0xFE, 0xFF}) {
		decoder := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		b = bufio.NewReaderSize(transform.NewReader(b, decoder), 64<<10)
	}
	return &lineReader{r: b}
}

// next gives the next line, or io.EOF.
func (l *lineReader) next() (line, error) {
	l.buf = l.buf[:0]
	out := line{number: l.number + 1, offset: l.offset}
	for {
		part, err := l.r.ReadSlice('\n')
		l.offset += int64(len(part))
		if len(l.buf)+len(part) > maxLine {
			return line{}, errLineTooLong
		}
		if err == nil && len(l.buf) == 0 {
			out.text = part
			break
		}
		l.buf = append(l.buf, part...)
		out.text = l.buf
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(l.buf) == 0 {
				return line{}, io.EOF
			}
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line{}, readProblem(err)
		}
	}
	l.number++
	out.text = bytes.TrimSuffix(out.text, []byte("\n"))
	out.text = bytes.TrimSuffix(out.text, []byte("\r"))
	if !utf8.Valid(out.text) || bytes.IndexByte(out.text, 0) >= 0 {
		out.broken = true
		out.text = bytes.ReplaceAll(bytes.ToValidUTF8(out.text, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
	}
	return out, nil
}
