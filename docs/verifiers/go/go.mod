module example.com/postern

go 1.19
