package search

// expr is a question to the index, in no engine's words.
type expr struct {
	op   operator
	term term
	of   []expr
}

type operator byte

const (
	everything operator = iota // the index cannot narrow this down
	oneTerm
	every
	anyone
)

func hasTerm(t term) expr { return expr{op: oneTerm, term: t} }

// allOf is what is in every one of these.
func allOf(of ...expr) expr {
	var kept []expr
	for _, e := range of {
		if e.op != everything {
			kept = append(kept, e)
		}
	}
	switch len(kept) {
	case 0:
		return expr{}
	case 1:
		return kept[0]
	}
	return expr{op: every, of: kept}
}

// anyOf is what is in at least one of these.
func anyOf(of ...expr) expr {
	if len(of) == 1 {
		return of[0]
	}
	for _, e := range of {
		if e.op == everything {
			return expr{}
		}
	}
	return expr{op: anyone, of: of}
}

func anyTerm(terms []term) expr {
	of := make([]expr, len(terms))
	for i, t := range terms {
		of[i] = hasTerm(t)
	}
	return anyOf(of...)
}
