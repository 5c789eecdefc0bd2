DROP TABLE figure_goals;
DROP TABLE figure_cells;
DROP TABLE figure_months;
