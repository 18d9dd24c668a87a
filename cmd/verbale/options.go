package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// option is one field of config, as the configuration file knows it.
type option struct {
	table, key string // "tls", "mode"
	flag       string // "tls-mode"
	env        string
	fallback   string // the default
	enum       string
	help       string
	list       bool
	number     bool
	boolean    bool
}

// options lists the fields of config in the order in which they are written:
// in a file what stands in no table comes before all tables.
func options() []option {
	all := fields(reflect.TypeFor[config](), "")
	slices.SortStableFunc(all, func(a, b option) int { return cmp.Compare(min(len(a.table), 1), min(len(b.table), 1)) })
	return all
}

func fields(of reflect.Type, table string) []option {
	var found []option
	for f := range of.Fields() {
		switch {
		case f.Anonymous:
			found = append(found, fields(f.Type, table)...)
		case f.Type.Kind() == reflect.Struct:
			found = append(found, fields(f.Type, strings.TrimSuffix(f.Tag.Get("prefix"), "-"))...)
		default:
			key := snake(f.Name)
			flag := strings.ReplaceAll(key, "_", "-")
			if table != "" {
				flag = table + "-" + flag
			}
			found = append(found, option{
				table: table, key: key, flag: flag,
				env: f.Tag.Get("env"), fallback: f.Tag.Get("default"),
				enum: f.Tag.Get("enum"), help: f.Tag.Get("help"),
				list: f.Type.Kind() == reflect.Slice, number: f.Type.Kind() == reflect.Float64, boolean: f.Type.Kind() == reflect.Bool,
			})
		}
	}
	return found
}

// snake turns PublicURL into public_url.
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		begins := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// check refuses a value of the file that has the wrong form.
func (o option) check(value any) error {
	name := o.key
	if o.table != "" {
		name = o.table + "." + o.key
	}
	if list, ok := value.([]any); ok || o.list {
		for _, one := range list {
			_, text := one.(string)
			ok = ok && text
		}
		if !o.list {
			return fmt.Errorf("%q takes one value, not a list", name)
		}
		if !ok {
			return fmt.Errorf("%q takes a list of texts in square brackets", name)
		}
		return nil
	}
	if o.number {
		switch value.(type) {
		case int64, float64:
			return nil
		}
		return fmt.Errorf("%q takes a number", name)
	}
	if o.boolean {
		if _, ok := value.(bool); !ok {
			return fmt.Errorf("%q takes true or false", name)
		}
		return nil
	}
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("%q takes a text in quotes", name)
	}
	if choices := strings.Split(o.enum, ","); o.enum != "" && !slices.Contains(choices, text) {
		return fmt.Errorf("%q is one of %s", name, strings.Join(choices, ", "))
	}
	return nil
}

// exampleConfig writes verbale.toml.example: every option, commented out, with
// its default.
func exampleConfig() string {
	var b strings.Builder
	b.WriteString("# Every option of Verbale with its default. Copy this file to verbale.toml and\n" +
		"# uncomment what you want to change. The environment variable named beside an\n" +
		"# option wins over this file, and the flag of `verbale serve` over both.\n" +
		"# The root key is no option: it is in the file root.key of the data directory,\n" +
		"# made at the first start, or in the environment as VERBALE_ROOT_KEY.\n")
	table := ""
	for _, o := range options() {
		if o.table != table {
			table = o.table
			fmt.Fprintf(&b, "\n[%s]\n", table)
		}
		b.WriteString("\n")
		for _, line := range wrap(o.help, 77) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		value := fmt.Sprintf("%q", o.fallback)
		switch {
		case o.list:
			value = list(o.fallback)
		case o.number, o.boolean:
			value = o.fallback
		}
		fmt.Fprintf(&b, "# (%s, --%s)\n#%s = %s\n", o.env, o.flag, o.key, value)
	}
	return b.String()
}

// list writes a default such as "a,b" as TOML.
func list(text string) string {
	var quoted []string
	for part := range strings.SplitSeq(text, ",") {
		if part != "" {
			quoted = append(quoted, fmt.Sprintf("%q", part))
		}
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
