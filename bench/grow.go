package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/search"
	"verbale/internal/store"
)

// together is how many messages one commit takes while a company grows. By
// itself each would wait for the disk.
const together = 2000

// grow brings a company to as many messages as are wanted, by the rooms
// themselves and with their index, but past HTTP and many to a commit. The
// server must not be running.
func (r *run) grow(ctx context.Context, groups []int64, from, upTo int) error {
	house, err := store.OpenServer(ctx, r.server.data, store.Options{Database: r.server.database, Owner: r.server.databaseOwner})
	if err != nil {
		return err
	}
	defer house.Close()
	tenant, err := house.Tenant(ctx, "bench")
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(7, uint64(from)))
	for from < upTo {
		to := min(from+together, upTo)
		err := tenant.Write(ctx, func(tx *store.Tx) error {
			for number := from; number < to; number++ {
				_, err := chat.Post(tx, org.Actor{Person: r.company.people[number%writers].id}, chat.Draft{
					Key: uuid.NewString(), Conversation: groups[random.IntN(len(groups))], Text: sentence(random, number),
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if from = to; from%100_000 == 0 {
			r.say(fmt.Sprintf("%d messages", from))
		}
	}
	r.say("indexing them")
	return search.CatchUp(ctx, tenant)
}

// sentence is a message of 8 to 19 words; every so often one has a word of its
// own.
func sentence(random *rand.Rand, number int) string {
	var text []string
	for range 8 + random.IntN(12) {
		text = append(text, words[random.IntN(len(words))])
	}
	if number%rareEvery == 0 {
		text = append(text, rareWord(number))
	}
	return strings.Join(text, " ")
}
