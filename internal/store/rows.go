package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"verbale/internal/problem"
)

// What a snapshot of a company in PostgreSQL is made of. The rows leave the
// database as it gives them fastest, and become a SQLite file only where they
// are taken in. In the folder rows, tables.json says which schema they are of
// and has the tables in the order in which they are put in; the parts
// entry.000001, entry.000002 and so on of the table entry, one after the other,
// are what PostgreSQL calls the binary form of COPY
// (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4).
const (
	rowsFolder = "rows"
	tablesFile = "tables.json"
	copyBegins = "PGCOPY\n\377\r\n\000"
	valueMost  = 64 << 20 // bytes of one value: no entry is so long
)

// partBytes is how long a part is; tests have shorter ones.
var partBytes = 4 << 20

// ErrStrange refuses what was not made by a Snapshot.
var ErrStrange = problem.New(problem.Invalid, "backup.strange", "This backup has something in it that no backup has. Nothing was restored.")

// rowsOf is what tables.json says.
type rowsOf struct {
	Schema int64       `json:"schema"`
	Tables []rowsTable `json:"tables"`
}

type rowsTable struct {
	Name    string       `json:"name"`
	Columns []rowsColumn `json:"columns"`
}

type rowsColumn struct {
	Name string `json:"name"`
	Type string `json:"type"` // INTEGER and BIGINT are a number, TEXT is UTF-8, BLOB is bytes
}

func describe(schema int64, all []table) rowsOf {
	said := rowsOf{Schema: schema}
	for _, t := range all {
		one := rowsTable{Name: t.name}
		for i, name := range t.columns {
			one.Columns = append(one.Columns, rowsColumn{name, t.types[i]})
		}
		said.Tables = append(said.Tables, one)
	}
	return said
}

func partName(table string, number int) string {
	return fmt.Sprintf("%s/%s.%06d", rowsFolder, table, number)
}

// readParts reads a table's rows from its parts.
func readParts(ctx context.Context, folder string, t table, f func(page) error) error {
	parts := &partsReader{folder: folder, table: t.name}
	defer parts.Close()
	return readCopy(bufio.NewReaderSize(parts, 1<<16), t, func(p page) error {
		return errors.Join(ctx.Err(), f(p))
	})
}

// partsReader reads a table's parts one after the other, and removes each that
// it has read: rows and file need not both have room.
type partsReader struct {
	folder, table string
	number        int
	part          *os.File
}

func (r *partsReader) Read(p []byte) (n int, err error) {
	for {
		if r.part == nil {
			r.number++
			r.part, err = os.Open(filepath.Join(filepath.Dir(r.folder), partName(r.table, r.number)))
			if errors.Is(err, fs.ErrNotExist) {
				return 0, io.EOF
			}
			if err != nil {
				return 0, err
			}
		}
		n, err = r.part.Read(p)
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, err
		}
		if err := errors.Join(r.Close(), os.Remove(r.part.Name())); err != nil {
			return 0, err
		}
		r.part = nil
	}
}

// Close closes the part that is being read.
func (r *partsReader) Close() error {
	if r.part == nil {
		return nil
	}
	return r.part.Close()
}

// readCopy reads a table's rows in pages.
func readCopy(from io.Reader, t table, f func(page) error) error {
	r := &copyReader{from: from}
	r.begin()
	for {
		p := page{table: t}
		for len(p.rows) < pageRows && r.another(len(t.columns)) {
			row := make([]any, len(t.columns))
			for i := range row {
				row[i] = r.value(t.types[i])
			}
			p.rows = append(p.rows, row)
		}
		if r.err != nil {
			return errors.Join(ErrStrange, r.err)
		}
		if len(p.rows) > 0 {
			if err := f(p); err != nil {
				return err
			}
		}
		if len(p.rows) < pageRows {
			return r.end()
		}
	}
}

// copyReader reads the binary form of COPY. After an error it gives nothing
// more.
type copyReader struct {
	from   io.Reader
	err    error
	number [8]byte
}

var errNoCopy = errors.New("store: these are no rows as PostgreSQL copies them")

// take fills a slice.
func (r *copyReader) take(into []byte) []byte {
	if r.err == nil {
		_, r.err = io.ReadFull(r.from, into)
	}
	if r.err != nil {
		clear(into)
	}
	return into
}

func (r *copyReader) int16() int16 { return int16(binary.BigEndian.Uint16(r.take(r.number[:2]))) }
func (r *copyReader) int32() int32 { return int32(binary.BigEndian.Uint32(r.take(r.number[:4]))) }

// begin reads what stands before the first row.
func (r *copyReader) begin() {
	begins := r.take(make([]byte, len(copyBegins)))
	if flags, extension := r.int32(), r.int32(); r.err == nil && (string(begins) != copyBegins || flags != 0 || extension != 0) {
		r.err = errNoCopy
	}
}

// another says that a row of so many columns follows.
func (r *copyReader) another(columns int) bool {
	n := r.int16()
	if r.err == nil && n != -1 && int(n) != columns {
		r.err = errNoCopy
	}
	return r.err == nil && n != -1
}

// value reads one of a declared type.
func (r *copyReader) value(declared string) any {
	length := r.int32()
	if length == -1 || r.err != nil {
		return nil
	}
	if length < 0 || length > valueMost {
		r.err = errNoCopy
		return nil
	}
	switch declared {
	case "TEXT":
		return string(r.take(make([]byte, length)))
	case "BLOB":
		return r.take(make([]byte, length))
	}
	if length != 8 {
		r.err = errNoCopy
		return nil
	}
	return int64(binary.BigEndian.Uint64(r.take(r.number[:])))
}

// end makes sure that nothing stands after the last row.
func (r *copyReader) end() error {
	if _, err := r.from.Read(r.number[:1]); err != io.EOF {
		return errors.Join(ErrStrange, err)
	}
	return nil
}
