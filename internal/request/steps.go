package request

// Step is one stage of the way through a request (requests.step_<key>).
type Step struct {
	Key  string
	Done bool
}

// Steps returns the way in order; the first that is not done is what to do now.
func Steps(r Request) []Step {
	needsIdentity := r.Matching != Nobody
	out := []Step{{"match", r.Matching != NotLooked}}
	if needsIdentity {
		out = append(out, Step{"identity", r.Identity.IsSettled() || r.Identity.State == Failed})
	}
	out = append(out, Step{"decide", len(r.Items) > 0 && len(r.Undecided()) == 0}, Step{"answer", r.IsAnswered()})
	if r.NeedsTelling() && len(r.Told) > 0 {
		told := true
		for _, t := range r.Told {
			told = told && t.IsDone()
		}
		out = append(out, Step{"tell", told})
	}
	return append(out, Step{"close", r.State == Closed})
}

// Next is the first step that is not done; empty when there is none.
func Next(r Request) string {
	for _, s := range Steps(r) {
		if !s.Done {
			return s.Key
		}
	}
	return ""
}
