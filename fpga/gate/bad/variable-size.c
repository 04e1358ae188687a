void top(int a[64], int n)
{
    n &= 63;
    int copy[n + 1];
    for (int i = 0; i < 64 && i <= n; i++)
        copy[i] = a[i];
    for (int i = 0; i < 64 && i <= n; i++)
        a[i] = copy[n - i];
}
