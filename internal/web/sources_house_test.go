package web

import (
	"cmp"
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/fetch"
	"clepsydra/internal/source"
	"clepsydra/internal/stewardship"
)

// noPulls is a queue that takes everything and does nothing.
type noPulls struct{}

func (noPulls) Pull(context.Context, bun.IDB, stewardship.Pull) error { return nil }
func (noPulls) Tell(context.Context, bun.IDB, source.ID) error        { return nil }

func (h *place) sources(imports *stewardship.Service) *stewardship.Sources {
	return stewardship.NewSources(stewardship.SourceDeps{
		DB: h.db, Clock: h.clock, Firms: h.firms, Imports: imports, Reader: fetch.New(h.clock, time.After, fetch.Limits{}), Queue: noPulls{},
	})
}

// Texts whose keys are made of codes are there in every language.
func TestEveryCodeOfASourceHasItsText(t *testing.T) {
	var keys []string
	for _, code := range source.Codes() {
		keys = append(keys, "source.fail_"+code)
	}
	for _, k := range source.Kinds() {
		keys = append(keys, "source.kind_"+string(k), "source.kind_"+string(k)+"_hint")
	}
	for _, s := range source.Securities() {
		keys = append(keys, "source.security_"+string(s))
	}
	for _, s := range source.Styles() {
		keys = append(keys, "source.paging_"+cmp.Or(string(s), "none"))
	}
	for _, e := range source.Rhythms() {
		keys = append(keys, "source.every_"+cmp.Or(string(e), "off"))
	}
	for _, d := range (sourcePage{}).Weekdays() {
		keys = append(keys, "source.weekday_"+strconv.Itoa(d))
	}
	for _, lang := range []string{"nl", "fr", "de", "en"} {
		known := texts(t, lang)
		for _, key := range keys {
			if !known[key] {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}
