"""Taking over an Avileo database that another backend made, with every row and value that is in it.

The old tables are read through views that have the specification's columns, whatever shape a table is in
(`old_tables`). From them every new row is staged in temporary tables (`stage_people`, `stage_catalog`,
`stage_facts`): all decisions fall there. A plan compares both (`plan`, `plan_words`). Carrying it out (`carry_out`)
moves the old tables into a schema of their own, lets the first steps of the migrations make ours, fills them from
what was staged, and lets every later step follow.
"""
