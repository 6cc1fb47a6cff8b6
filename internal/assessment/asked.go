package assessment

import "clepsydra/internal/workflow"

// Asked returns the ids of the questions that a form shows, in the pack's order.
// A question that hangs on one that nobody answered yet is not shown; one that hangs
// on "not known yet" is, when the gravest answer would bring it up. It fails as
// Evaluate does.
func Asked(pack workflow.Assessment, answers Answers) ([]string, error) {
	if err := answers.Check(pack); err != nil {
		return nil, err
	}
	out, err := read(pack, answers, func(q workflow.Question) Answer {
		if _, given := answers[q.ID]; given {
			return atWorst(q)
		}
		return Answer{}
	})
	return out.Asked, err
}
