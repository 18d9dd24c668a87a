package importer

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Undo begins to take an import back; Continue then does it. A run that is
// still going on stops by itself. Undoing what is undone changes nothing. Who
// is not in the conversation any more takes nothing out of it.
func (i *Importer) Undo(ctx context.Context, by org.Actor, id int64) (out Import, err error) {
	err = i.tenant.Write(ctx, func(tx *store.Tx) error {
		if out, err = mine(tx, by, id); err != nil {
			return err
		}
		switch out.raw {
		case undoing, Undone:
			return nil
		case Analysed:
			return ErrState
		}
		if _, err := org.MayIn(tx, by.Person, out.Conversation, org.MessagePost); err != nil {
			return err
		}
		if _, err := tx.Enter(journal.Draft{Kind: KindUndoing, Actor: by.Person, Device: by.Device, Subject: id}); err != nil {
			return err
		}
		out.State, out.raw, out.by = Running, undoing, by
		err := tx.Do(`UPDATE import SET state = ?, device = ?, problem = '' WHERE id = ?`, undoing, by.Device, id)
		return err
	})
	return out, err
}

// takeBack takes an import's messages out of sight, a batch at a time, and at
// last the conversation that was made for them. Which are left the messages
// themselves tell, so that it can be cut anywhere.
func (i *Importer) takeBack(ctx context.Context, m *Import) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := i.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			now, err := load(tx, m.ID)
			if err != nil || now.raw != undoing {
				more = false
				return err
			}
			if more, err = chat.UndoImported(tx, m.by, m.ID, batchSize); err != nil || more {
				return err
			}
			if err := tx.Do(`UPDATE import SET state = ? WHERE id = ?`, Undone, m.ID); err != nil {
				return err
			}
			if err := chat.EnterImport(tx, m.by, chat.KindImportUndone, m.ID, m.Conversation, notice{m.Done, m.Name}); err != nil {
				return err
			}
			made, err := m.made(tx)
			if err == nil && made {
				err = chat.DissolveImported(tx, m.by, m.ID, m.Conversation)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
