package store

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A statement costs PostgreSQL more than the row that it writes or finds. So
// what is to be done for many sets of values goes out as one statement, which
// is given the values as an array for each parameter: the same text whatever
// their number, and so prepared once.

// manyOf is a statement as it is run for many sets of values.
type manyOf struct {
	text string // for PostgreSQL: its parameters are arrays
	keys int    // of an UPDATE: so many of the last values say which row, and no row may come twice
}

// The statements that can be: a row for the values, a row changed by its key,
// and a question. Everything else is run one by one.
var (
	insertsRow = regexp.MustCompile(`^INSERT INTO (\w+ \([\w, ]+\))\s+VALUES \(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)$`) // values may have brackets in brackets
	updatesRow = regexp.MustCompile(`^UPDATE (\w+) SET ((?:\w+ = (?:\?|\d+)(?:, )?)+) WHERE (\w+ = \?(?: AND \w+ = \?)*)$`)
)

func ofMany(query string, params []uint32) *manyOf {
	from, ok := unnested(params)
	if !ok {
		return nil
	}
	if m := insertsRow.FindStringSubmatch(query); m != nil && !strings.Contains(m[2], "SELECT") { // of what the row before may have changed
		return &manyOf{text: "INSERT INTO " + m[1] + " SELECT " + fromSets(m[2]) + from}
	}
	if m := updatesRow.FindStringSubmatch(query); m != nil && !changesKey(m[2], m[3]) {
		set := fromSets("SET " + m[2] + from + " WHERE " + m[3])
		return &manyOf{text: "UPDATE " + m[1] + " " + set, keys: strings.Count(m[3], "?")}
	}
	if reads(query) {
		// OFFSET 0 keeps the planner from turning it into a join, of which it may
		// think that reading a table whole is best.
		return &manyOf{text: "SELECT sets.i, x.*" + from + " CROSS JOIN LATERAL (SELECT * FROM (" + fromSets(query) + ") AS one OFFSET 0) AS x"}
	}
	return nil
}

var column = regexp.MustCompile(`\w+ =`)

// changesKey says that an UPDATE may make a row one that a later one means.
func changesKey(set, where string) bool {
	for _, name := range column.FindAllString(where, -1) {
		if slices.Contains(column.FindAllString(set, -1), name) {
			return true
		}
	}
	return false
}

// arrayOf names the types of which arrays are made.
var arrayOf = map[uint32]string{oidBool: "bool", oidBytea: "bytea", oidInt8: "int8", oidInt4: "int4", oidText: "text"}

// unnested is a FROM clause of the sets of values: sets.v1, sets.v2 and so on
// are the values of one, and sets.i is its number from 1.
func unnested(params []uint32) (from string, ok bool) {
	var arrays, names strings.Builder
	for i, oid := range params {
		name, ok := arrayOf[oid]
		if !ok {
			return "", false
		}
		fmt.Fprintf(&arrays, "$%d::%s[], ", i+1, name)
		fmt.Fprintf(&names, "v%d, ", i+1)
	}
	return " FROM unnest(" + strings.TrimSuffix(arrays.String(), ", ") + ") WITH ORDINALITY AS sets (" + names.String() + "i)", len(params) > 0
}

// fromSets takes a statement's values from the sets instead of its parameters.
func fromSets(query string) string { return rebind(query, "sets.v") }

// merged puts neighbours that are the same statement into one. The last stays by
// itself: it is asked how many rows it has changed.
func (c *pgConn) merged(calls []pgCall) ([]pgCall, error) {
	out := make([]pgCall, 0, len(calls))
	last := len(calls) - 1
	calls, asked := calls[:last], calls[last]
	for len(calls) > 0 {
		n := alike(calls)
		if n == 1 {
			out = append(out, calls[0])
		} else {
			one, err := c.asOne(calls[:n])
			if err != nil {
				return nil, err
			}
			out = append(out, one)
		}
		calls = calls[n:]
	}
	return append(out, asked), nil
}

// alike counts how many of the first calls can go out as one: the same
// statement, which changes no row twice.
func alike(calls []pgCall) int {
	s := calls[0].statement
	if s.many == nil || reads(s.many.text) {
		return 1
	}
	var changed map[string]bool
	n := 0
	for ; n < len(calls) && calls[n].statement == s && calls[n].fits(); n++ {
		if s.many.keys == 0 {
			continue
		}
		if changed == nil {
			changed = map[string]bool{}
		}
		row := calls[n].row(s.many.keys)
		if changed[row] {
			break
		}
		changed[row] = true
	}
	return max(n, 1)
}

// row says which row a call changes.
func (c pgCall) row(keys int) string {
	var b []byte
	for _, v := range c.values[len(c.values)-keys:] {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return string(b)
}

// fits says that the values are as they stand in an array.
func (c pgCall) fits() bool {
	for i, f := range c.formats {
		if f != asBinary && c.values[i] != nil && c.statement.params[i] != oidText {
			return false
		}
	}
	return true
}

// asOne is the same statement's calls as one.
func (c *pgConn) asOne(calls []pgCall) (one pgCall, err error) {
	s := calls[0].statement
	many, err := c.prepare(s.many.text)
	if err != nil {
		return one, err
	}
	one = pgCall{statement: many, values: make([][]byte, len(s.params)), formats: make([]int16, len(s.params))}
	for i, oid := range s.params {
		one.values[i], one.formats[i] = array(calls, i, oid), asBinary
	}
	return one, nil
}

// array writes the calls' values of one parameter as PostgreSQL's array.
func array(calls []pgCall, param int, oid uint32) []byte {
	size, nulls := 20, uint32(0)
	for _, c := range calls {
		size += 4 + len(c.values[param])
		if c.values[param] == nil {
			nulls = 1
		}
	}
	b := make([]byte, 0, size)
	for _, word := range [...]uint32{1, nulls, oid, uint32(len(calls)), 1} { // one dimension, counted from 1
		b = binary.BigEndian.AppendUint32(b, word)
	}
	for _, c := range calls {
		v := c.values[param]
		if v == nil {
			b = binary.BigEndian.AppendUint32(b, 1<<32-1)
			continue
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}

// each asks for all sets at once.
func (c *pgConn) each(query string, sets [][]any, f func(i int, rows Rows) error) error {
	if c.broken != nil {
		return classify(c.broken)
	}
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	calls := make([]pgCall, len(sets))
	together := s.many != nil && reads(query) && len(sets) > 1
	for i, args := range sets {
		if calls[i], err = s.call(args); err != nil {
			return err
		}
		together = together && calls[i].fits()
	}
	if !together {
		return oneByOne(c, query, sets, f)
	}
	all, err := c.asOne(calls)
	if err != nil {
		return err
	}
	c.waiting = append(c.waiting, all)
	rows, err := c.answer(query, len(c.waiting)-1)
	if err != nil {
		return err
	}
	for rows.Next() {
		i, err := number(rows.row()[0], rows.types[0])
		if err != nil {
			return err
		}
		if err := f(int(i)-1, pgRow{rows}); err != nil {
			return err
		}
	}
	return nil
}

// pgRow is a row of the answer for many sets: before its columns stands the
// number of its set.
type pgRow struct{ *pgRows }

func (r pgRow) Scan(dest ...any) error { return scanColumns(r.row()[1:], r.types[1:], dest) }
