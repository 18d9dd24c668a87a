package search

// This file is all of search that knows SQLite's FTS5.

var sqliteIndex = index{
	put:   `INSERT INTO message_index (rowid, terms) VALUES (?, ?)`,
	drop:  []string{`DELETE FROM message_index WHERE rowid = ?`},
	clear: []string{`INSERT INTO message_index (message_index) VALUES ('delete-all')`},
	walk: func(ask, not string, below, least int64, most int, after, before, asker int64) (string, []any) {
		if not != "" {
			ask += " NOT " + not
		}
		return sqliteWalk, []any{after, before, asker, ask, below, least, most}
	},
	and: " AND ", or: " OR ", between: " NOT ",
}

const sqliteWalk = `SELECT x.rowid, ` + candidateColumns + `
	FROM message_index x
	LEFT JOIN message m ON m.id = x.rowid AND m.deleted = 0 AND m.time >= ? AND m.time < ?
	LEFT JOIN member k ON k.conversation = m.conversation AND k.person = ? AND k.first_n <= m.n
	LEFT JOIN entry e ON e.seq = m.text_seq AND k.person IS NOT NULL
	WHERE message_index MATCH ? AND x.rowid < ? AND x.rowid >= ?
	ORDER BY x.rowid DESC LIMIT ?`
