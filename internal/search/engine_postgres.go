package search

// This file is all of search that knows PostgreSQL's tsvector. The index is
// asked through a function of its owner's (see the migration), which compares
// the company itself.

var postgresIndex = index{
	put: `INSERT INTO message_index (message, terms) VALUES (?, CAST(? AS tsvector))
		ON CONFLICT (message) DO UPDATE SET terms = excluded.terms`,
	drop:  `DELETE FROM message_index WHERE message = ?`,
	clear: `DELETE FROM message_index`,
	walk: func(ask, not string, below, least int64, most int, after, before, asker int64) (string, []any) {
		if not != "" {
			ask += " & !" + not
		}
		return postgresWalk, []any{ask, below, least, most, after, before, asker}
	},
	and: " & ", or: " | ", between: " & !",

	eager: true,
}

const postgresWalk = `SELECT x.id, ` + candidateColumns + `
	FROM messages_with(?, ?, ?, ?) AS x (id)
	LEFT JOIN message m ON m.id = x.id AND m.deleted = 0 AND m.time >= ? AND m.time < ?
	LEFT JOIN member k ON k.conversation = m.conversation AND k.person = ? AND k.first_n <= m.n
	LEFT JOIN entry e ON e.seq = m.text_seq AND k.person IS NOT NULL
	ORDER BY x.id DESC`
