package api

func (s *Server) imports() {}
