package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"verbale/internal/problem"
	"verbale/internal/store"
)

type restoreCommand struct {
	place
	File           string `arg:"" help:"The backup; - reads from the standard input."`
	Identity       string `placeholder:"FILE" help:"The age identity file that opens an encrypted backup."`
	PassphraseFile string `placeholder:"FILE" help:"A file with the passphrase of an encrypted backup (or VERBALE_BACKUP_PASSPHRASE)."`
	RootKey        string `placeholder:"FILE" help:"The root key of the server that made the backup, if it was another one: the company's keys are wrapped anew with this server's."`
	At             string `placeholder:"TIME" help:"Restore the company as it was at this moment, before the backup was made: 2026-11-20T10:00:00Z."`
	Upto           int64  `placeholder:"ENTRY" help:"The same, by the number of the last entry."`
	Verify         bool   `help:"Restore into a place of its own, look at all of it, say what was found, and remove it. Needs the root key and no server."`
	JSON           bool   `help:"Print as JSON."`
}

type restoreRequest struct {
	OldRoot string       // the text of the other server's root key, or empty
	Moment  store.Moment // before the backup's end; none if zero
	Hold    bool         // tell when all is proven, and put it in place only when the archive says so
}

type restored struct {
	Company string   `json:"company"`
	Entries int64    `json:"entries"`
	Files   int      `json:"files"`
	Hosts   []string `json:"hosts"`
	Root    string   `json:"root"`
	Refused bool     `json:"refused,omitempty"` // of one that holds: why not comes as its error
}

func (c *restoreCommand) Run(ctx context.Context, t terminal) error {
	file, err := openInput(t, c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := c.decrypted(file)
	if err != nil {
		return err
	}
	request := restoreRequest{}
	if request.Moment, err = c.moment(); err != nil {
		return err
	}
	if c.Verify {
		found, err := c.rehearse(ctx, plain, request.Moment)
		if err != nil {
			return err
		}
		return found.print(t, c.JSON)
	}
	if c.RootKey != "" {
		text, err := os.ReadFile(c.RootKey)
		if err != nil {
			return usage("--root-key cannot be read: %v.", pathReason(err))
		}
		request.OldRoot = string(text)
	}
	made, err := askWith[restored](ctx, c.place, "restore", request, plain)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, made)
	}
	t.printf("Restored %s: %d entries, every one as it was entered (root %s), and %d files.\n", made.Company, made.Entries, made.Root, made.Files)
	return nil
}

// moment is where the company is to be taken back to.
func (c *restoreCommand) moment() (to store.Moment, err error) {
	to.Entries = c.Upto
	if c.At == "" {
		return to, nil
	}
	at, err := time.Parse(time.RFC3339, c.At)
	if err != nil || c.Upto != 0 {
		return to, usage("A moment is either --at 2026-11-20T10:00:00Z or --upto ENTRY.")
	}
	to.Time = at.UnixMicro()
	return to, nil
}

// decrypted opens an encrypted backup, and gives a plain one as it is.
func (c *restoreCommand) decrypted(file io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(file, 1<<16)
	begin, _ := in.Peek(len(armor.Header))
	armored := string(begin) == armor.Header
	if !armored && (len(begin) < 22 || string(begin[:22]) != "age-encryption.org/v1\n") {
		return in, nil
	}
	var identities []age.Identity
	if c.Identity != "" {
		keys, err := os.Open(c.Identity)
		if err != nil {
			return nil, usage("--identity cannot be read: %v.", pathReason(err))
		}
		defer keys.Close()
		if identities, err = age.ParseIdentities(keys); err != nil {
			return nil, usage("--identity is no age identity file.")
		}
	}
	phrase, err := passphrase(c.PassphraseFile)
	if err != nil {
		return nil, err
	}
	if phrase != "" {
		identity, err := age.NewScryptIdentity(phrase)
		if err != nil {
			return nil, err
		}
		identities = append(identities, identity)
	}
	if len(identities) == 0 {
		return nil, usage("This backup is encrypted: give --identity FILE or --passphrase-file FILE.")
	}
	var source io.Reader = in
	if armored {
		source = armor.NewReader(in)
	}
	plain, err := age.Decrypt(source, identities...)
	if err != nil {
		return nil, problem.New(problem.Invalid, "backup.locked", "This backup does not open with that key or passphrase.")
	}
	return plain, nil
}
