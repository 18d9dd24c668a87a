package search

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"verbale/internal/store"
)

// document is a message as search sees it.
type document struct {
	id, conversation, n, author, time int64
	textSeq                           int64
	files                             int64
	imported                          bool
	sealed                            []byte

	text string // what is looked through: what was written, and the names of the files
	name string // who wrote it, where that is nobody here
}

// candidateColumns are what scan fills a document from, of the message m, the
// asker's membership k and the entry e with the text.
const candidateColumns = `m.conversation, m.n, m.author, m.time, m.text_seq, m.files, k.person, e.sealed`

// contents is the part of a message's entry that can be found. The room that
// enters messages writes it with these names.
type contents struct {
	Text string `json:"text"`
	Name string `json:"name"`
}

// open reads the document's text. It is false for one that was erased or is
// damaged: nobody can find that, and all others are found as before.
func (d *document) open(tx *store.Tx) (bool, error) {
	plain, err := tx.Open(d.textSeq, d.sealed)
	return d.fill(tx, plain, err)
}

// fill takes the text from the body of its entry, or from why there is none.
func (d *document) fill(tx *store.Tx, body []byte, err error) (bool, error) {
	var c contents
	switch {
	case errors.Is(err, store.ErrErased), errors.Is(err, store.ErrDamaged), err == nil && json.Unmarshal(body, &c) != nil:
		return false, nil
	case err != nil:
		return false, err
	}
	d.text = c.Text
	if d.author == 0 {
		d.name = c.Name
	}
	if d.files == 0 {
		return true, nil
	}
	return true, d.addFileNames(tx)
}

func (d *document) addFileNames(tx *store.Tx) error {
	rows, err := tx.Query(`SELECT f.name FROM attachment a JOIN file f ON f.id = a.file WHERE a.message = ? ORDER BY a.place`, d.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		d.text = strings.TrimPrefix(d.text+"\n"+name, "\n")
	}
	return rows.Err()
}

// terms lists what the document is indexed under beside its text.
func (d *document) terms() []term {
	out := []term{inConversation(d.conversation), byPerson(d.author)}
	if d.imported {
		out = append(out, fromElsewhere)
	}
	for _, w := range scan(d.name) {
		for length := 1; length <= longestBeginning; length++ {
			out = addTerm(out, byName(firstLetters(w.folded, length)))
		}
	}
	return out
}

// fromElsewhere is what all imported messages have.
var fromElsewhere = term{within, "import"}

func inConversation(id int64) term { return term{within, strconv.FormatInt(id, 10)} }
func byPerson(id int64) term       { return term{writtenBy, strconv.FormatInt(id, 10)} }
func byName(word string) term      { return term{writtenBy, "~" + word} }
