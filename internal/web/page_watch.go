package web

import (
	"net/url"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/watch"
)

// watchShown is unusual reading in words.
type watchShown struct {
	watch.Alert
	Who   string
	Mark  string
	Title string
	Why   string
}

// watchPage is one alert and what can be said to it.
type watchPage struct {
	A       watchShown
	Log     string // the acts it is about
	By      string // who explained it
	Said    string
	Reason  string // as typed
	IsOwn   bool
	Decides bool
}

// watchCards is how many alerts the board shows.
const watchCards = 3

// openWatch lists what nobody explained yet, for those who may see it.
func (v *Visit) openWatch() ([]watchShown, error) {
	if !v.Is(account.SeeLog) {
		return nil, nil
	}
	open, err := v.S.d.Watch.Open(v.Ctx(), watchCards)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	names, err := v.accountNames()
	if err != nil {
		return nil, err
	}
	out := make([]watchShown, len(open))
	for k, a := range open {
		out[k] = v.watchShown(a, names)
	}
	return out, nil
}

func (v *Visit) watchShown(a watch.Alert, names map[string]string) watchShown {
	out := watchShown{Alert: a, Who: names[a.Account], Mark: watch.Mark(a.Account), Title: a.Rule}
	if r, ok := v.S.d.Watch.Rules().Rule(a.Rule); ok {
		out.Title, out.Why = r.Title.In(v.P.Lang(), v.P.Country()), r.Why.In(v.P.Lang(), v.P.Country())
	}
	return out
}

func (v *Visit) watchPage() (watchPage, error) {
	a, err := v.S.d.Watch.ByID(v.Ctx(), v.C.Params("alert"))
	if err != nil {
		return watchPage{}, err
	}
	names, err := v.accountNames()
	if err != nil {
		return watchPage{}, err
	}
	day := func(t time.Time) string { return t.In(v.Firm.Location()).Format(time.DateOnly) }
	page := watchPage{
		A: v.watchShown(a, names), By: names[a.ExplainedBy], Reason: v.Form("reason"), IsOwn: a.Account == string(v.Account.ID), Decides: v.Is(account.Decide),
		Log: "/contacts/log?" + url.Values{"account": {a.Account}, "from": {day(a.Window.From)}, "to": {day(a.Window.To.Add(-time.Second))}}.Encode(),
	}
	page.Said, err = v.S.d.Watch.Reason(v.Ctx(), a)
	return page, err
}

func showWatch(v *Visit) error {
	page, err := v.watchPage()
	if err != nil {
		return err
	}
	return v.Page("watch_alert", page)
}

func explainWatch(v *Visit) error {
	refused := v.S.d.Watch.Explain(v.Ctx(), v.Actor, v.C.Params("alert"), v.Form("reason"))
	if refused != nil {
		page, err := v.watchPage()
		if err != nil {
			return err
		}
		return v.Again("watch_alert", page, refused)
	}
	v.Flash("watch.explained", nil)
	return v.Redirect("/contacts/log/alerts/" + v.C.Params("alert"))
}
