void top(int a[4])
{
    a[0] = (int)((float)a[1] * 0.9f);
}
