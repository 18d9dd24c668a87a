package search

import "strings"

// This file is all of search that knows SQLite's FTS5. PostgreSQL's tsvector
// will stand beside it with the same names: the statements, and how a question
// is written.

const (
	putTerms   = `INSERT INTO message_index (rowid, terms) VALUES (?, ?)`
	dropTerms  = `DELETE FROM message_index WHERE rowid = ?`
	clearTerms = `INSERT INTO message_index (message_index) VALUES ('delete-all')`
)

// byTerms walks the messages that have the terms asked for, newest first. The
// columns after the first are empty where the asker may not see the message.
const byTerms = `SELECT x.rowid, ` + candidateColumns + `
	FROM message_index x
	LEFT JOIN message m ON m.id = x.rowid AND m.deleted = 0 AND m.time >= ? AND m.time < ?
	LEFT JOIN member k ON k.conversation = m.conversation AND k.person = ? AND k.first_n <= m.n
	LEFT JOIN entry e ON e.seq = m.text_seq AND k.person IS NOT NULL
	WHERE message_index MATCH ? AND x.rowid < ? AND x.rowid >= ?
	ORDER BY x.rowid DESC`

// question writes what the index is asked in FTS5's words.
func question(e expr, not []expr, t tokens) string {
	var b strings.Builder
	writeExpr(&b, e, t)
	for _, n := range not {
		b.WriteString(" NOT ")
		writeExpr(&b, n, t)
	}
	return b.String()
}

func writeExpr(b *strings.Builder, e expr, t tokens) {
	if e.op == oneTerm {
		b.WriteString(t.of(e.term))
		return
	}
	between := " AND "
	if e.op == anyone {
		between = " OR "
	}
	b.WriteByte('(')
	for i, one := range e.of {
		if i > 0 {
			b.WriteString(between)
		}
		writeExpr(b, one, t)
	}
	b.WriteByte(')')
}
