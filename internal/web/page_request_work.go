package web

import (
	"clepsydra/internal/contact"
	"clepsydra/internal/request"
	"clepsydra/internal/stewardship"
)

// onRequest does one thing to a request and comes back to its page, or shows the form
// that was refused.
func (v *Visit) onRequest(form, done string, refused error) error {
	if refused != nil {
		page, err := v.requestPage(form)
		if err != nil {
			return err
		}
		return v.Again("request", page, refused)
	}
	v.Flash(done, nil)
	return v.Redirect("/requests/" + string(v.requestID()))
}

func takeRequest(v *Visit) error {
	return v.onRequest("take", "requests.flash_taken", v.S.d.Requests.TakeOn(v.Ctx(), v.Actor, v.requestID()))
}

func matchRequest(v *Visit) error {
	if v.Form("contact") == "nobody" {
		return v.onRequest("match", "requests.flash_nobody", v.S.d.Requests.MatchNobody(v.Ctx(), v.Actor, v.requestID()))
	}
	return v.onRequest("match", "requests.flash_matched", v.S.d.Requests.Match(v.Ctx(), v.Actor, v.requestID(), contact.ID(v.Form("contact"))))
}

func askRequestIdentity(v *Visit) error {
	return v.onRequest("identity", "requests.flash_asked", v.S.d.Requests.AskIdentity(v.Ctx(), v.Actor, v.requestID(), stewardship.IdentityInput{
		Method: request.Method(v.Form("method")), Question: v.Form("question"), Doubt: v.Form("doubt"),
	}))
}

func decideRequestIdentity(v *Visit) error {
	return v.onRequest("identity_decide", "requests.flash_identity", v.S.d.Requests.DecideIdentity(v.Ctx(), v.Actor, v.requestID(),
		request.IdentityState(v.Form("decision")), request.Method(v.Form("method")), v.Form("identity_reason")))
}

func extendRequest(v *Visit) error {
	return v.onRequest("extend", "requests.flash_extended", v.S.d.Requests.Extend(v.Ctx(), v.Actor, v.requestID(), v.Form("extension_reason")))
}

// carryRequest changes the customer file for one part.
func carryRequest(v *Visit) error {
	kind := request.Kind(v.Form("kind"))
	var err error
	switch kind {
	case request.Correction:
		record, readErr := v.S.d.Contacts.Record(v.Ctx())
		if readErr != nil {
			return readErr
		}
		values := v.typed(record)
		for f, value := range values {
			if v.Form("was_"+string(f)) == value {
				delete(values, f)
			}
		}
		err = v.S.d.Requests.Correct(v.Ctx(), v.Actor, v.requestID(), values)
	case request.Erasure:
		err = v.S.d.Requests.EraseFor(v.Ctx(), v.Actor, v.requestID(), v.Ticked("sure"), v.Ticked("looked"))
	case request.Restriction:
		err = v.S.d.Requests.RestrictFor(v.Ctx(), v.Actor, v.requestID())
	default:
		err = v.S.d.Requests.StopFor(v.Ctx(), v.Actor, v.requestID(), kind, v.FormAll("purposes"))
	}
	return v.onRequest("carry_"+string(kind), "requests.flash_carried", err)
}

func decideRequest(v *Visit) error {
	d := request.Decision{Kind: request.Kind(v.Form("kind")), Outcome: request.Outcome(v.Form("outcome")), Ground: v.Form("ground"), Reason: v.Form("reason")}
	return v.onRequest("decide_"+string(d.Kind), "requests.flash_decided", v.S.d.Requests.Decide(v.Ctx(), v.Actor, v.requestID(), d))
}

func answerRequest(v *Visit) error {
	return v.onRequest("answer", "requests.flash_answered", v.S.d.Requests.Answer(v.Ctx(), v.Actor, v.requestID(), stewardship.AnswerInput{
		How: request.How(v.Form("how")), Note: v.Form("note"), LateReason: v.Form("late_reason"), Looked: v.Ticked("looked"),
	}))
}

func tellRequest(v *Visit) error {
	return v.onRequest("tell", "requests.flash_told", v.S.d.Requests.Tell(v.Ctx(), v.Actor, v.requestID(), v.Form("recipient"), v.Form("why")))
}

func liftRequest(v *Visit) error {
	return v.onRequest("lift", "requests.flash_lifted", v.S.d.Requests.Lift(v.Ctx(), v.Actor, v.requestID(), v.Form("lift_reason")))
}

func closeRequest(v *Visit) error {
	return v.onRequest("close", "requests.flash_closed", v.S.d.Requests.Close(v.Ctx(), v.Actor, v.requestID()))
}

// requestDataPage is everything that is kept about the person.
type requestDataPage struct {
	R    request.Request
	Copy request.Copy
	Look int
	v    *Visit
}

// Label and Value put a fact into the visitor's words.
func (p requestDataPage) Label(f request.Fact) string { return f.LabelIn(p.v.P) }

// Value: see Label.
func (p requestDataPage) Value(f request.Fact) string { return f.ValueIn(p.v.P) }

// Source is where a fact came from; empty where that goes without saying.
func (p requestDataPage) Source(f request.Fact) string { return f.SourceIn(p.v.P) }

func showRequestData(v *Visit) error {
	data, err := v.S.d.Requests.Gather(v.Ctx(), v.Actor, v.requestID())
	if err != nil {
		return err
	}
	r, err := request.ByID(v.Ctx(), v.S.d.DB.R, v.requestID())
	if err != nil {
		return err
	}
	return v.Page("request_data", requestDataPage{R: r, Copy: data, Look: len(data.ToLookAt()), v: v})
}

func openRequestPaper(v *Visit) error {
	p, err := v.S.d.Requests.Paper(v.Ctx(), v.Actor, v.requestID(), v.C.Params("paper"))
	if err != nil {
		return err
	}
	return v.Download(p.Name, p.Media, p.Content)
}
