"""Many readers on one server: who may come in, a process for each reader, and what the coordinator sees."""
