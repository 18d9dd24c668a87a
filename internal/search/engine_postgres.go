package search

// This file is all of search that knows PostgreSQL's tsvector. The index is
// asked through a function of its owner's, which compares the company itself,
// and what is new stands beside it until it is put in (see the migrations).

var postgresIndex = index{
	put: `INSERT INTO message_index_recent (message, terms) VALUES (?, CAST(CAST(? AS TEXT) AS TSVECTOR))`,
	// First what stands beside: should a node that was asleep be putting it in,
	// that waits for it, and then it is found in the index.
	drop:  []string{`DELETE FROM message_index_recent WHERE message = ?`, `DELETE FROM message_index WHERE message = ?`},
	clear: []string{`DELETE FROM message_index_recent`, `DELETE FROM message_index`, `DELETE FROM follower WHERE name = 'search.settled'`},

	settle:     `SELECT settle(?)`,
	putSettled: `INSERT INTO message_index (message, terms) VALUES (?, CAST(CAST(? AS TEXT) AS TSVECTOR))`,

	walk: func(ask, not string, below, least int64, most int, after, before, asker int64) (string, []any) {
		if not != "" {
			ask += " & !" + not
		}
		return postgresWalk, []any{ask, below, least, most, asker, after, before}
	},
	and: " & ", or: " | ", between: " & !",

	eager: true,
}

// Each row of the index is looked up by itself: of a company that has just come
// or grown the planner thinks that it is small, and would read all of it to join
// it. LIMIT keeps it from joining. A message comes twice while a program before
// the step that puts new ones beside the index runs too.
const postgresWalk = `SELECT x.id, f.*
	FROM (SELECT DISTINCT id FROM messages_with(?, ?, ?, ?) AS found (id)) AS x
	LEFT JOIN LATERAL (SELECT ` + candidateColumns + `
		FROM message m
		LEFT JOIN member k ON k.conversation = m.conversation AND k.person = ? AND k.first_n <= m.n
		LEFT JOIN entry e ON e.seq = m.text_seq AND k.person IS NOT NULL
		WHERE m.id = x.id AND m.deleted = 0 AND m.time >= ? AND m.time < ?
		LIMIT 1) f ON TRUE
	ORDER BY x.id DESC`
