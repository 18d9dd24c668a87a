package store

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// The types of PostgreSQL's that the schema uses, by their numbers in its
// catalogue (pg_type).
const (
	oidBool  = 16
	oidBytea = 17
	oidInt8  = 20
	oidInt4  = 23
	oidText  = 25
)

// formats of values on the wire.
const (
	asText   int16 = 0
	asBinary int16 = 1
)

// encodeValue writes an argument of a statement. Numbers go as they are where
// PostgreSQL wants its BIGINT, and else as text, which it reads as whatever the
// statement wants there.
func encodeValue(arg any, oid uint32) (value []byte, format int16, err error) {
	switch v := arg.(type) {
	case nil:
		return nil, asText, nil
	case []byte:
		if v == nil {
			return nil, asText, nil
		}
		return v, asBinary, nil
	case string:
		return []byte(v), asText, nil
	case int64:
		return encodeNumber(v, oid)
	case int:
		return encodeNumber(int64(v), oid)
	case bool:
		switch {
		case oid == oidBool:
			return strconv.AppendBool(nil, v), asText, nil
		case v:
			return encodeNumber(1, oid)
		}
		return encodeNumber(0, oid)
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return []byte(v.String()), asText, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return encodeNumber(v.Int(), oid)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return encodeNumber(int64(v.Uint()), oid)
	case reflect.Bool:
		return encodeValue(v.Bool(), oid)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return encodeValue(v.Bytes(), oid)
		}
	}
	return nil, 0, fmt.Errorf("store: a %T cannot be given to a statement", arg)
}

func encodeNumber(n int64, oid uint32) (value []byte, format int16, err error) {
	if oid == oidInt8 {
		return binary.BigEndian.AppendUint64(nil, uint64(n)), asBinary, nil
	}
	return strconv.AppendInt(nil, n, 10), asText, nil
}

// resultFormat is how a column of a type is asked for.
func resultFormat(oid uint32) int16 {
	switch oid {
	case oidBool, oidBytea, oidInt8, oidInt4:
		return asBinary
	}
	return asText
}

// scanValue copies a column to where the caller wants it.
func scanValue(raw []byte, oid uint32, dest any) error {
	switch d := dest.(type) {
	case *[]byte:
		if raw == nil {
			*d = nil
			return nil
		}
		*d = append([]byte(nil), raw...) // the row's memory is the answer's
		if *d == nil {
			*d = []byte{}
		}
		return nil
	case *any: // as its type is, for who copies rows
		switch {
		case raw == nil:
			*d = nil
		case isNumber(oid):
			n, err := number(raw, oid)
			*d = n
			return err
		case oid == oidBytea:
			*d = append([]byte{}, raw...)
		default:
			*d = string(raw)
		}
		return nil
	case sql.Scanner:
		if raw == nil {
			return d.Scan(nil)
		}
		if isNumber(oid) {
			n, err := number(raw, oid)
			if err != nil {
				return err
			}
			return d.Scan(n)
		}
		return d.Scan(string(raw))
	}
	if raw == nil {
		return fmt.Errorf("store: a column is null where a %T is wanted", dest)
	}
	switch d := dest.(type) {
	case *string:
		*d = string(raw)
		return nil
	case *int64:
		n, err := number(raw, oid)
		*d = n
		return err
	case *int:
		n, err := number(raw, oid)
		*d = int(n)
		return err
	case *bool:
		n, err := number(raw, oid)
		*d = n != 0
		return err
	}
	v := reflect.ValueOf(dest).Elem()
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(raw))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := number(raw, oid)
		if v.OverflowInt(n) {
			return fmt.Errorf("store: %d does not fit a %T", n, dest)
		}
		v.SetInt(n)
		return err
	case reflect.Bool:
		n, err := number(raw, oid)
		v.SetBool(n != 0)
		return err
	}
	return fmt.Errorf("store: a column cannot be read as a %T", dest)
}

func isNumber(oid uint32) bool { return oid == oidInt8 || oid == oidInt4 || oid == oidBool }

// number reads a whole number; a sum of them comes as text, since PostgreSQL
// makes it a numeric.
func number(raw []byte, oid uint32) (int64, error) {
	switch {
	case oid == oidInt8 && len(raw) == 8:
		return int64(binary.BigEndian.Uint64(raw)), nil
	case oid == oidInt4 && len(raw) == 4:
		return int64(int32(binary.BigEndian.Uint32(raw))), nil
	case oid == oidBool && len(raw) == 1:
		return int64(raw[0]), nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return math.MinInt64, fmt.Errorf("store: a column is no whole number")
	}
	return n, nil
}
