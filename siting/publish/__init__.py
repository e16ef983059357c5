"""A result made public: run folder, maps, prints, charts, exports, report, opinion pack."""
