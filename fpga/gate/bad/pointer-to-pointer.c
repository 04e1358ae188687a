void top(int **rows)
{
    rows[0][0] = rows[1][0];
}
