/* Round a circle of two, and both are tail calls that an optimiser makes a loop. */
static int odd(int n);

static int even(int n)
{
    return n == 0 ? 1 : odd(n - 1);
}

static int odd(int n)
{
    return n == 0 ? 0 : even(n - 1);
}

void top(int a[4])
{
    a[0] = even(a[1] & 7);
}
