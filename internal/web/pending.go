package web

// The pages of responders stand in files of their own; each replaces its line here.

func (s *Server) boardRoutes() []Route    { return nil }
func (s *Server) incidentRoutes() []Route { return nil }
func (s *Server) peopleRoutes() []Route   { return nil }
func (s *Server) paperRoutes() []Route    { return nil }
func (s *Server) registerRoutes() []Route { return nil }
func (s *Server) contactRoutes() []Route  { return nil }
