/* n is the caller's: the compiler can only say that it is below 2^31. */
void top(int a[64], int n)
{
    for (int i = 0; i < n; i++)
        a[i & 63] += i;
}
