package web

import (
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/fastlane"
	"clepsydra/internal/incident"
	"clepsydra/internal/response"
)

// saveFast keeps what went to whom. Not knowing is an answer.
func saveFast(v *Visit) error {
	page, err := v.fastPage(fastFacts)
	if err != nil {
		return err
	}
	page.Recipients, page.Data, page.DataUnknown = v.Form("recipients"), v.FormAll("data"), v.Ticked("data_unknown")
	page.People, page.PeopleUnknown = v.Form("people"), v.Ticked("people_unknown")
	in, err := page.typed()
	if err == nil {
		err = v.S.d.Response.SaveFastFacts(v.Ctx(), v.Actor, page.Head.I.ID, in)
	}
	if err != nil {
		return v.Again("fast", page, err)
	}
	return v.Redirect(page.Head.Path("fast") + "?step=2")
}

// typed reads the first step.
func (p fastPage) typed() (response.FastFacts, error) {
	var in response.FastFacts
	var errs []error
	switch p.Recipients {
	case "1", "2", "3":
		in.Recipients = int(p.Recipients[0] - '0')
	case "unknown":
	default:
		errs = append(errs, fastlane.ErrChoiceMissing.At("recipients"))
	}
	if !p.DataUnknown {
		in.Data = p.Data
	}
	if !p.DataUnknown && len(p.Data) == 0 {
		errs = append(errs, fastlane.ErrChoiceMissing.At("data"))
	}
	if !p.PeopleUnknown {
		n, err := strconv.Atoi(p.People)
		if err != nil || n < 1 || n > 1_000_000_000 {
			errs = append(errs, fastlane.ErrNumberMalformed.At("people"))
		}
		in.People = incident.Approx{Known: true, Value: n}
	}
	return in, joined(errs...)
}

// decideFast records the judgement. Pressed twice, it is one.
func decideFast(v *Visit) error {
	page, err := v.fastPage(fastJudge)
	if err != nil {
		return err
	}
	if page.Way.Draft.IsDone() {
		return v.Redirect(page.Head.Path("fast"))
	}
	page.Choice, page.AwareReason, page.Reason = v.Form("choice"), v.Form("aware_reason"), v.Form("reason")
	in := response.FastDecision{AwareReason: page.AwareReason, Reason: page.Reason, Register: v.typedRegister(&page)}
	var missing []error
	if !page.HasClock() {
		if in.AwareAt, err = v.awareAt(page.Head.I, page.Choice); err != nil {
			missing = append(missing, err)
		}
		if page.AwareReason == "" {
			missing = append(missing, incident.ErrReasonMissing.At("aware_reason"))
		}
	} else if page.AwareReason == "" {
		in.AwareReason = page.Head.I.Moments.Aware.Reason
	}
	if page.Reason == "" {
		missing = append(missing, incident.ErrReasonMissing.At("reason"))
	}
	err = joined(missing...)
	if err == nil {
		err = v.S.d.Response.DecideFast(v.Ctx(), v.Actor, page.Head.I.ID, in)
	}
	if err != nil {
		return v.Again("fast", page, err)
	}
	return v.Redirect(page.Head.Path("fast"))
}

// typedRegister reads what was ticked and typed for the register: one sentence a
// line, the visitor's own last. What was answered elsewhere before is left alone.
func (v *Visit) typedRegister(page *fastPage) map[string]string {
	out := make(map[string]string)
	for k := range page.Register {
		q := &page.Register[k]
		if q.Text != "" {
			continue
		}
		q.Chosen, q.Own = v.FormAll(q.ID), v.Form(q.ID+"_own")
		out[q.ID] = strings.TrimSpace(strings.Join(append(slices.Clone(q.Chosen), q.Own), "\n"))
	}
	if page.IsOwn = v.Form("cause") == ownMistake; page.IsOwn && page.Cause != "" {
		out["cause"] = ownMistake
	}
	return out
}
