package store

import "context"

// Joint is a sort of command of which those that wait at the same time are run
// as one, so that what each of them asks of the database is asked for all of
// them at once. The commands of a batch come from callers who all wait, so none
// of them can tell that others were run before it; those of one caller keep
// their order.
type Joint[T any] struct {
	run func(tx *Tx, all []T, refuse func(i int, err error)) error
}

// NewJoint makes a sort of command. Run does the work of all of them, in their
// order, each as if those before it had been done. One that cannot be done it
// refuses and does nothing of it. If it gives an error, all it did is undone,
// and the commands are run one by one. What Write says of f holds for it.
func NewJoint[T any](run func(tx *Tx, all []T, refuse func(i int, err error)) error) *Joint[T] {
	return &Joint[T]{run}
}

// Write is Tenant.Write of one such command.
func (j *Joint[T]) Write(ctx context.Context, t *Tenant, one T) error {
	return t.enqueue(ctx, &command{joint: jointItem[T]{j, one}})
}

// joint is what the writer knows of a command of such a sort.
type joint interface {
	sort() any
	run(tx *Tx, all []*command) error
}

type jointItem[T any] struct {
	of   *Joint[T]
	item T
}

func (i jointItem[T]) sort() any { return i.of }

func (i jointItem[T]) run(tx *Tx, all []*command) error {
	items := make([]T, len(all))
	for at, cmd := range all {
		items[at] = cmd.joint.(jointItem[T]).item
	}
	return i.of.run(tx, items, func(at int, err error) { all[at].err = err })
}

// joined puts the commands of a sort together, where the first of them stands.
func joined(commands []*command) [][]*command {
	out := make([][]*command, 0, len(commands))
	at := map[any]int{}
	for _, cmd := range commands {
		if cmd.joint == nil {
			out = append(out, []*command{cmd})
			continue
		}
		sort := cmd.joint.sort()
		if i, ok := at[sort]; ok {
			out[i] = append(out[i], cmd)
			continue
		}
		at[sort] = len(out)
		out = append(out, []*command{cmd})
	}
	return out
}

// runAs runs commands of a sort, or the only one.
func runAs(tx *Tx, commands []*command) error {
	for _, cmd := range commands {
		cmd.err = nil // of an earlier try
	}
	first := commands[0]
	if first.joint == nil {
		return first.run(tx)
	}
	return first.joint.run(tx, commands)
}
