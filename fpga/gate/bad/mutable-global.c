static int calls;

void top(int a[4])
{
    a[0] = ++calls;
}
