/* Two functions that the outside sees: which is the kernel? */
void top(int a[4])
{
    a[0]++;
}

void other(int a[4])
{
    a[1]++;
}
