package web

// AllRoutes are the routes of the program, for tests from outside.
func AllRoutes() []Route { return (&Server{}).routes() }
