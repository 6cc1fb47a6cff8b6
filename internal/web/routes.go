package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/firm"
)

// Who may come in, besides the permissions of package account.
const (
	Public   account.Permission = ""          // anybody
	SignedIn account.Permission = "signed_in" // any account
)

// Route is one address and who may use it. Upload routes take a body of up to
// 30 MiB, others of 1 MiB. Machine routes prove themselves in another way than by
// a form token: the chat signs what it sends, and the report link is a secret in
// the address, so that no cookie is at work which another site could abuse and a
// report gets through a browser that keeps none.
type Route struct {
	Method  string
	Path    string
	Needs   account.Permission
	Handle  func(*Visit) error
	Upload  bool
	Machine bool
}

// routes gathers every route. A test walks them with every role.
func (s *Server) routes() []Route {
	return slices.Concat(
		s.publicRoutes(),
		s.reportRoutes(),
		s.confirmRoutes(),
		s.signInRoutes(),
		s.setupRoutes(),
		s.meRoutes(),
		s.settingsRoutes(),
		s.channelRoutes(),
		s.ruleRoutes(),
		s.accountRoutes(),
		s.boardRoutes(),
		s.incidentsRoutes(),
		s.workRoutes(),
		s.timelineRoutes(),
		s.handlingRoutes(),
		s.riskRoutes(),
		s.guideRoutes(),
		s.closeRoutes(),
		s.peopleRoutes(),
		s.letterRoutes(),
		s.authorityRoutes(),
		s.formRoutes(),
		s.signupRoutes(),
		s.preferencesRoutes(),
		s.clockRoutes(),
		s.lawsRoutes(),
		s.registerRoutes(),
		s.contactRoutes(),
		s.consentRoutes(),
		s.retentionRoutes(),
		s.fieldRoutes(),
		s.editRoutes(),
		s.doubleRoutes(),
		s.logRoutes(),
		s.importRoutes(),
		s.sourceRoutes(),
		s.recallRoutes(),
		s.fastRoutes(),
		s.scanRoutes(),
		s.requestsRoutes(),
		s.rightsRoutes(),
		s.recordRoutes(),
		s.noticeRoutes(),
	)
}

// covers reports whether a path belongs to the route.
func (r Route) covers(path string) bool {
	want, got := strings.Split(r.Path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for k := range want {
		if !strings.HasPrefix(want[k], ":") && want[k] != got[k] {
			return false
		}
	}
	return true
}

// mount puts the routes into the app, behind what every request passes.
func (s *Server) mount() {
	s.app.Use(s.everyRequest)
	s.app.Get("/assets/:file", s.asset)
	s.app.Get("/events", s.handler(Route{Method: fiber.MethodGet, Path: "/events", Needs: SignedIn, Handle: s.stream}))
	for _, r := range s.routes() {
		if r.Upload {
			s.bodies.uploads = append(s.bodies.uploads, r)
		}
		s.app.Add(r.Method, r.Path, s.handler(r))
	}
}

// machineKey marks requests of machine routes: they are answered with a status,
// never sent to the sign-in page.
const machineKey = "machine"

// handler wraps a route: who it is, whether he may, whether the form is ours.
func (s *Server) handler(r Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if r.Machine {
			c.Locals(machineKey, true)
		}
		v, err := s.visit(c)
		if err != nil {
			return err
		}
		if err := v.admit(r); err != nil {
			return err
		}
		if !r.Machine {
			if err := v.checkForm(); err != nil {
				return err
			}
		}
		return r.Handle(v)
	}
}

// admit refuses those who may not use the route.
func (v *Visit) admit(r Route) error {
	switch {
	case r.Needs == Public:
		return nil
	case v.Firm.Name == "":
		return firm.ErrNotSetUp
	case v.Account.ID == "":
		return account.ErrNotSignedIn
	case r.Needs == SignedIn || v.Account.Role.Can(r.Needs):
		return nil
	}
	return account.ErrForbidden
}
