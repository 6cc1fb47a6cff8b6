package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"clepsydra/internal/firm"
	"clepsydra/internal/source"
)

// sourceRoutes: the shops and databases that people are pulled from. Whoever sets
// one up sees people of it, and makes the program reach out: that is for those who
// may change settings.
func (s *Server) sourceRoutes() []Route {
	return []Route{
		get("/contacts/sources", listSources), get("/contacts/sources/new", newSource), post("/contacts/sources", saveSource),
		get("/contacts/sources/:id", showSource), post("/contacts/sources/:id", saveSource), post("/contacts/sources/:id/remove", removeSource),
		post("/contacts/sources/:id/pull", pullSource),
		get("/contacts/sources/:id/try", trySource), post("/contacts/sources/:id/map", mapSource),
		get("/contacts/sources/:id/refused/:format", refusedOfSource),
	}
}

// sourcesPage is the list.
type sourcesPage struct {
	Sources []sourceShown
	Kinds   []source.Kind
	Now     time.Time
}

// sourceShown is one source in the list.
type sourceShown struct {
	source.Source
	NextAt time.Time
	IsBusy bool
}

func (v *Visit) sourcesPage() (sourcesPage, error) {
	page := sourcesPage{Kinds: source.Kinds(), Now: v.Now}
	list, err := v.S.d.Sources.List(v.Ctx())
	for _, src := range list {
		src.Secret = ""
		shown := sourceShown{Source: src, IsBusy: src.State.IsBusy(v.Now)}
		if !src.State.Stopped {
			shown.NextAt = src.Schedule.Next(v.Now, v.Firm.Location())
		}
		page.Sources = append(page.Sources, shown)
	}
	return page, err
}

func listSources(v *Visit) error {
	page, err := v.sourcesPage()
	if err != nil {
		return err
	}
	return v.Page("contact_sources", page)
}

// sourcePage is the form of one source. Its secret is never in it.
type sourcePage struct {
	source.Source
	Port      string // as typed
	PageSize  string
	PageFirst string
	HasSecret bool
}

// Securities, Styles, Rhythms and Weekdays offer the choices.
func (sourcePage) Securities() []source.Security { return source.Securities() }

// Styles are how a list comes in pages.
func (sourcePage) Styles() []source.Style { return source.Styles() }

// Rhythms are how often a source is read.
func (sourcePage) Rhythms() []source.Every { return source.Rhythms() }

// Weekdays begin with Monday.
func (sourcePage) Weekdays() []int { return []int{1, 2, 3, 4, 5, 6, 0} }

// Countries are those of the firm's neighbourhood.
func (sourcePage) Countries() []string { return firm.Countries() }

func sourcePageOf(src source.Source) sourcePage {
	page := sourcePage{Source: src, HasSecret: src.Secret != ""}
	page.Secret = ""
	if src.Port != 0 {
		page.Port = strconv.Itoa(src.Port)
	}
	if src.Paging.Size != 0 {
		page.PageSize = strconv.Itoa(src.Paging.Size)
	}
	page.PageFirst = strconv.Itoa(src.Paging.First)
	return page
}

func newSource(v *Visit) error {
	kind := source.Kind(v.C.Query("kind"))
	if !slices.Contains(source.Kinds(), kind) {
		return v.Redirect("/contacts/sources")
	}
	return v.Page("contact_source", sourcePageOf(source.Source{
		Kind: kind, Security: source.Verified, Country: v.Firm.Country, Schedule: source.Schedule{Clock: "03:00", Weekday: time.Monday},
		Paging: source.Paging{First: 1},
	}))
}

func showSource(v *Visit) error {
	src, err := v.S.d.Sources.ByID(v.Ctx(), source.ID(v.C.Params("id")))
	if err != nil {
		return err
	}
	return v.Page("contact_source", sourcePageOf(src))
}

func saveSource(v *Visit) error {
	before := source.Source{}
	if id := v.C.Params("id"); id != "" {
		var err error
		if before, err = v.S.d.Sources.ByID(v.Ctx(), source.ID(id)); err != nil {
			return err
		}
	}
	src, page := v.readSource(before)
	saved, err := v.S.d.Sources.Save(v.Ctx(), v.Actor, src)
	if err != nil {
		return v.Again("contact_source", page, err)
	}
	v.Flash("source.saved", nil)
	return v.Redirect("/contacts/sources/" + url.PathEscape(string(saved.ID)))
}

// readSource reads the form. What is no number becomes one that Check refuses.
func (v *Visit) readSource(before source.Source) (source.Source, sourcePage) {
	number := func(field string) int {
		n, err := strconv.Atoi(v.Form(field))
		if err != nil && v.Form(field) != "" {
			return -1
		}
		return n
	}
	src := source.Source{
		ID: before.ID, Kind: before.Kind, Name: v.Form("name"), Mapping: before.Mapping, Country: v.Form("country"), Language: v.Form("language"),
		Host: v.Form("host"), Port: number("port"), Database: v.Form("database"), User: v.Form("user"), Security: source.Security(v.Form("security")),
		CA: v.Form("ca"), Query: v.Form("query"),
		URL: v.Form("url"), Header: v.Form("header"), Items: v.Form("items"),
		Paging: source.Paging{
			Style: source.Style(v.Form("paging")), Param: v.Form("page_param"), SizeParam: v.Form("size_param"), Size: number("page_size"),
			First: number("page_first"), Cursor: v.Form("cursor"),
		},
		Secret: firm.Secret(v.Form("secret")), Leads: v.Ticked("leads"),
		Schedule: source.Schedule{Every: source.Every(v.Form("every")), Clock: v.Form("clock"), Weekday: time.Weekday(number("weekday"))},
	}
	if src.Kind == "" {
		src.Kind = source.Kind(v.Form("kind"))
	}
	page := sourcePageOf(src)
	page.HasSecret = before.Secret != ""
	page.Port, page.PageSize, page.PageFirst = v.Form("port"), v.Form("page_size"), v.Form("page_first")
	return src, page
}

func removeSource(v *Visit) error {
	if err := v.S.d.Sources.Remove(v.Ctx(), v.Actor, source.ID(v.C.Params("id"))); err != nil {
		return err
	}
	v.Flash("source.removed", nil)
	return v.Redirect("/contacts/sources")
}

func pullSource(v *Visit) error {
	if err := v.S.d.Sources.Ask(v.Ctx(), v.Actor, source.ID(v.C.Params("id"))); err != nil {
		page, pageErr := v.sourcesPage()
		if pageErr != nil {
			return pageErr
		}
		return v.Again("contact_sources", page, err)
	}
	v.Flash("source.pull_asked", nil)
	return v.Redirect("/contacts/sources")
}
