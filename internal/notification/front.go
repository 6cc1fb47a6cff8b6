package notification

import (
	"strconv"

	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// FrontID is the id under which the answer to a front field is stored.
func FrontID(field string) string { return "front_" + field }

func composeFront(f Facts, typed map[string]Answer, w Words) Chapter {
	c := Chapter{ID: "front", Number: "0", Title: w.T("notification.s_front", map[string]any{"Authority": f.Authority.Short.In(w.Lang(), w.Country())})}
	for k, field := range f.Authority.Front {
		if q, ok := questionOf(field.EDPB); ok && !raised(f, q.ID) {
			continue // such as the code of an earlier notification, in the first one
		}
		r := Row{
			ID: FrontID(field.ID), Number: "0." + strconv.Itoa(k+1), Label: field.Label.In(w.Lang(), w.Country()),
			State: Missing, Typed: true, First: field.Required,
		}
		if field.EDPB != 0 {
			r = known(r, f, field, typed, w)
		}
		if a, ok := typed[r.ID]; ok && (!a.isOpen() || r.State == Missing) {
			r.State, r.Text, r.Raw = a.State, choiceLabel(field, a.Text, w), a.Text
			if a.State != Given {
				r.Text = w.T("notification.state_"+string(a.State), nil)
			}
		}
		c.Rows = append(c.Rows, r)
	}
	return c
}

// known answers a front field with what is known for the same row of the template:
// what was typed there, else the fact. A field of choices takes the authority's own
// words where the answer is one of them.
func known(r Row, f Facts, field workflow.FrontField, typed map[string]Answer, w Words) Row {
	q, ok := questionOf(field.EDPB)
	if !ok {
		return r
	}
	same, raised := composeRow(f, q, typed, w)
	if !raised || same.State != Given {
		return r
	}
	r.State, r.Text, r.Raw = Given, same.Text, same.Text
	if len(field.Choices) > 0 {
		r.Raw = ""
	}
	for _, id := range []string{same.Raw, choiceOfFact(f, q.ID)} {
		if label := choiceLabel(field, id, w); label != id {
			r.Text, r.Raw = label, id
		}
	}
	return r
}

// choiceLabel writes a choice in words; the text itself when it is none.
func choiceLabel(field workflow.FrontField, text string, w Words) string {
	for _, choice := range field.Choices {
		if choice.ID == text {
			return choice.Label.In(w.Lang(), w.Country())
		}
	}
	return text
}

// choiceOfFact is the choice that a fact stands for, as the front fields call it.
func choiceOfFact(f Facts, question string) string {
	switch question {
	case "type":
		if f.Phase == obligation.Initial {
			return "new"
		}
		return string(f.Phase)
	case "completeness":
		if f.Phase == obligation.Initial {
			return "provisional"
		}
		return "supplementary"
	}
	return ""
}

func questionOf(row int) (Question, bool) {
	for _, s := range Sections() {
		for _, q := range s.Questions {
			if q.Row == row {
				return q, true
			}
		}
	}
	return Question{}, false
}
