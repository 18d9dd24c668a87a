package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"verbale/internal/journal"
	"verbale/internal/problem"
)

type verifyCommand struct {
	File string `arg:"" help:"A receipt or an export; - reads from the standard input."`
	Key  string `placeholder:"KEY" help:"The register's public key as you know it, or a file with it. Without it the file's own key is taken, which proves that the file is whole, not whose it is."`
	JSON bool   `help:"Print as JSON."`
}

// verdict is what --json prints.
type verdict struct {
	Holds    bool   `json:"holds"`
	Receipts int    `json:"receipts"`
	Register string `json:"register,omitempty"`
	Key      string `json:"key,omitempty"`
	KeyGiven bool   `json:"key_given"`
	Entry    int64  `json:"entry,omitempty"`
	Size     int64  `json:"size,omitempty"`
	Problem  string `json:"problem,omitempty"`
	Sentence string `json:"sentence"`
}

func (c *verifyCommand) Run(t terminal) error {
	key, err := publicKey(c.Key)
	if err != nil {
		return err
	}
	file, err := openInput(t, c.File)
	if err != nil {
		return err
	}
	defer file.Close()

	v := verdict{KeyGiven: key != ""}
	var first, last journal.Finding
	v.Receipts, err = journal.VerifyFile(file, key, func(f journal.Finding) {
		if first.Receipt.Format == "" {
			first = f
		}
		last = f
	})
	if v.Holds = err == nil; v.Holds {
		v.Register, v.Size = last.Checkpoint.Origin, last.Checkpoint.Size
		v.Key = key
		if key == "" {
			v.Key = first.Receipt.Key
		}
		v.Entry = last.Receipt.Entry.Seq
		v.Sentence = holds(v, first, last)
	} else {
		v.Problem = err.Error()
		if refusal, ok := errors.AsType[*journal.Refusal](err); ok {
			v.Entry = refusal.Seq
		}
		v.Sentence = fmt.Sprintf("NOT VERIFIED: %s.", strings.TrimSuffix(err.Error(), "."))
	}
	if c.JSON {
		if err := printJSON(t, v); err != nil {
			return err
		}
	} else {
		t.printf("%s\n", v.Sentence)
	}
	if !v.Holds {
		return errSaid
	}
	return nil
}

// holds says in one sentence what was established.
func holds(v verdict, first, last journal.Finding) string {
	key := "signed with the key you gave"
	if !v.KeyGiven {
		key = "signed with the key in the file, " + v.Key + " (compare it with the company's, or give it with --key)"
	}
	e := first.Receipt.Entry
	if v.Receipts == 1 {
		return fmt.Sprintf("VERIFIED: entry %d (%s, %s) stands unchanged in the register of %s at %d entries, %s.",
			e.Seq, e.Kind, time.UnixMicro(e.Time).UTC().Format(time.RFC3339), v.Register, v.Size, key)
	}
	return fmt.Sprintf("VERIFIED: all %d entries, from %d to %d, stand unchanged in the register of %s at %d entries, %s.",
		v.Receipts, e.Seq, last.Receipt.Entry.Seq, v.Register, v.Size, key)
}

// publicKey takes a note verifier key, or reads it from a file: the key itself,
// or the answer of GET /api/v1/register/key.
func publicKey(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	key := given
	if text, err := os.ReadFile(given); err == nil {
		key = strings.TrimSpace(string(text))
		var answer struct{ Key string }
		if json.Unmarshal(text, &answer) == nil {
			key = answer.Key
		}
	}
	if _, err := note.NewVerifier(key); err != nil {
		return "", usage("--key is neither a register's public key (name+hash+base64) nor a file that holds one.")
	}
	return key, nil
}

func openInput(t terminal, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(t.in), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, problem.Newf(problem.Invalid, "file.unreadable", "%s cannot be read: %v.", name, pathReason(err))
	}
	return file, nil
}
