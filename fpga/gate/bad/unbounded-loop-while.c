void top(int a[64])
{
    int i = a[0];
    while (i != 0)
        i = a[i & 63];
    a[1] = i;
}
