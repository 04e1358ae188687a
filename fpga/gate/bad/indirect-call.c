static int one(int x)
{
    return x + 1;
}

static int two(int x)
{
    return x + 2;
}

void top(int a[4])
{
    int (*pick)(int) = a[0] > 0 ? one : two;
    a[1] = pick(a[2]);
}
