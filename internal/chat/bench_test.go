package chat_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/store"
)

// BenchmarkPost is the write path alone: 50 senders into 10 groups of 20, with
// durable commits, the tree and the views.
func BenchmarkPost(b *testing.B) {
	h := newHouse(b, 50)
	var groups []int64
	for g := range 10 {
		var members []int
		for m := range 20 {
			members = append(members, (g*5+m)%50)
		}
		groups = append(groups, h.group(members...))
	}
	text := strings.Repeat("verbale ", 15)
	var sender atomic.Int64
	b.SetParallelism(25)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		n := int(sender.Add(1) - 1)
		group := n / 5 % 10
		who := h.people[(group*5+n%5)%50]
		for pb.Next() {
			err := h.tenant.Write(context.Background(), func(tx *store.Tx) error {
				_, err := chat.Post(tx, who, chat.Draft{Key: uuid.NewString(), Conversation: groups[group], Text: text})
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
